import path from 'node:path';
import { requireBinutil } from '../support/tools.ts';
import { idle, runTool } from './run-tool.ts';
import type { Limits } from './run-tool.ts';
import type { Board, Memory } from '../target/board.ts';

export interface Section {
  readonly name: string;
  readonly size: number;
  readonly address: number;
}

export interface ElfFacts {
  readonly sections: readonly Section[];
  /** Size of each function and object by symbol. */
  readonly symbols: ReadonlyMap<
    string,
    { readonly address: number; readonly size: number; readonly type: string }
  >;
}

/** Reads sections and symbols with the toolchain's own tools, which stand beside the compiler. */
export async function readElf(
  gcc: string,
  folder: string,
  elf: string,
  limits: Limits = {},
): Promise<ElfFacts> {
  const [size, nm] = [requireBinutil(gcc, 'size'), requireBinutil(gcc, 'nm')];
  const sections = parseSections(await runTool(size, ['-A', '-d', elf], folder, limits));
  const symbols = parseSymbols(await runTool(nm, ['-S', '-n', elf], folder, limits));
  if (!sections.some(({ name }) => name === '.text')) throw idle(size, 'listed no .text');
  const code = sections.find(({ name }) => name === '.text')!;
  const main = symbols.get('main');
  if (!main) throw idle(nm, 'listed no main');
  if (main.address < code.address || main.address + main.size > code.address + code.size)
    throw idle(size, `listed a .text without main, which ${path.basename(nm)} did`);
  return { sections, symbols };
}

export function parseSections(text: string): Section[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\.\S+)\s+(\d+)\s+(\d+)$/.exec(line.trim());
    return match ? [{ name: match[1]!, size: Number(match[2]), address: Number(match[3]) }] : [];
  });
}

function parseSymbols(text: string): ElfFacts['symbols'] {
  const symbols = new Map<string, { address: number; size: number; type: string }>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]+)(?: ([0-9a-f]+))? (\w) (\S+)$/.exec(line);
    if (!match) continue;
    const [, address, size = '0', type, name] = match;
    symbols.set(name!, {
      address: parseInt(address!, 16) & ~1,
      size: parseInt(size, 16),
      type: type!,
    });
  }
  return symbols;
}

/** The function that an address lies in. */
export function symbolAt({ symbols }: ElfFacts, address: number): string | undefined {
  const inside = [...symbols].find(
    ([, s]) =>
      /[tTwW]/.test(s.type) && s.address <= address && address < s.address + Math.max(s.size, 1),
  );
  return inside?.[0];
}

/** Single- and double-precision helpers of libgcc, called where the core lacks an instruction. */
export function floatHelpers({ symbols }: ElfFacts): string[] {
  return [...symbols.keys()].filter((name) =>
    /^__aeabi_(f|d|i2f|ui2f|l2f|ul2f|i2d|ui2d|cf|cd)/.test(name),
  );
}

/** Sections that reach beyond the memory they lie in. */
export function misplaced({ sections }: ElfFacts, board: Board): string[] {
  const inside = (s: Section, m: Memory) =>
    s.address >= m.start && s.address + s.size <= m.start + m.size;
  const loaded = /^\.(vectors|text|rodata|weights|data|bss|arena|stack|ARM\.exidx)/;
  return sections
    .filter((s) => loaded.test(s.name) && s.size > 0 && !board.memory.some((m) => inside(s, m)))
    .map((s) => `section ${s.name} (${s.size} bytes at 0x${s.address.toString(16)})`);
}
