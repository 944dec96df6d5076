import { runTool } from '../src/build/run-tool.ts';

/** Members of a compiler's libraries, by the symbols that they define. */
export interface Archive {
  readonly bytes: ReadonlyMap<string, number>;
  readonly definers: ReadonlyMap<string, string>;
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Members that have nothing but weak symbols, and the one that has the same ones for good. */
  readonly replaced: ReadonlyMap<string, string>;
}

/** Reads the library that holds what a core has no instructions for. */
export async function readArchive(gcc: string, flags: readonly string[]): Promise<Archive> {
  const tool = (name: string) => gcc.replace(/gcc$/, name);
  const file = (await runTool(gcc, [...flags, '-print-libgcc-file-name'], '.')).trim();
  const [size, nm] = [
    await runTool(tool('size'), [file], '.'),
    await runTool(tool('nm'), ['-A', file], '.'),
  ];
  const bytes = new Map<string, number>();
  for (const [, text, member] of size.matchAll(/^\s*(\d+)\s.*\s(\S+\.o) \(ex /gm))
    bytes.set(member!, Number(text));
  const definers = new Map<string, string>();
  const needs = new Map<string, string[]>();
  const [weak, strong] = [new Map<string, Set<string>>(), new Map<string, string>()];
  for (const [, member, kind, symbol] of nm.matchAll(
    /:([^:\s]+\.o):[0-9a-f\s]+([A-Za-z]) (\S+)$/gm,
  )) {
    if (/[TRD]/.test(kind!)) strong.set(symbol!, member!);
    if (kind === 'W') weak.set(member!, (weak.get(member!) ?? new Set()).add(symbol!));
    if (kind === 'U') needs.set(member!, [...(needs.get(member!) ?? []), symbol!]);
    else if (/[TRDW]/.test(kind!) && !definers.has(symbol!)) definers.set(symbol!, member!);
  }
  const replaced = new Map<string, string>();
  for (const [member, symbols] of weak) {
    const others = new Set([...symbols].map((symbol) => strong.get(symbol)));
    const [other] = others;
    if (others.size === 1 && other !== undefined) replaced.set(member, other);
  }
  return { bytes, definers, needs, replaced };
}

/** The members that symbols bring in, with those that they need in turn. */
export function membersFor({ definers, needs }: Archive, symbols: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (symbol: string): void => {
    const member = definers.get(symbol);
    if (member === undefined || found.has(member)) return;
    found.add(member);
    (needs.get(member) ?? []).forEach(visit);
  };
  symbols.forEach(visit);
  return [...found].sort();
}
