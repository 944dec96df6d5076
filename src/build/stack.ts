/**
 * The deepest stack below a function, from the call graphs that gcc writes with
 * -fcallgraph-info=su (one .ci file a source): frames added along the longest path of calls.
 * Functions go by their titles there: "name", or "file.c:name" for static ones.
 */
export function deepestStack(callGraphs: readonly string[], from: string): number {
  const frames = new Map<string, number>();
  const calls = new Map<string, Set<string>>();
  for (const text of callGraphs) {
    for (const [, title, label] of text.matchAll(/^node: \{ title: "([^"]*)" label: "([^"]*)"/gm)) {
      const frame = /(\d+) bytes/.exec(label!);
      if (frame) frames.set(title!, Number(frame[1]));
    }
    for (const [, source, target] of text.matchAll(
      /^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"/gm,
    )) {
      calls.set(source!, (calls.get(source!) ?? new Set()).add(target!));
    }
  }
  const depth = (name: string, path: readonly string[]): number => {
    if (path.includes(name)) return 0;
    const below = [...(calls.get(name) ?? [])].map((callee) => depth(callee, [...path, name]));
    return (frames.get(name) ?? 0) + Math.max(0, ...below);
  };
  return depth(from, []);
}

/** Of a function: what it calls, and, where no compiler sees it, the bytes that it takes on the stack. */
export interface Frame {
  readonly name: string;
  readonly bytes?: number;
  readonly calls: readonly string[];
}

/** A frame as gcc would write it into a call graph. */
export function printFrame({ name, bytes, calls }: Frame): string {
  const node = bytes === undefined ? [] : [`node: { title: "${name}" label: "${bytes} bytes" }`];
  const edges = calls.map((called) => `edge: { sourcename: "${name}" targetname: "${called}" }`);
  return [...node, ...edges].join('\n');
}
