import type { Buffer } from './lifetimes.ts';

/**
 * An order for outputs that trail their inputs: they lie below them, so that each chain of those comes
 * from its end to its start; the chains first that are alive where there is least room.
 */
export function byChains(buffers: readonly Buffer[]): number[] {
  const chains = chainsOf(buffers);
  const live = liveAt(buffers);
  const pressure = new Map<number, number>();
  const largest = new Map<number, number>();
  buffers.forEach(({ first, last, bytes }, i) => {
    const chain = chains[i]!;
    const most = Math.max(live.get(first)!, live.get(last)!);
    pressure.set(chain, Math.max(pressure.get(chain) ?? 0, most));
    largest.set(chain, Math.max(largest.get(chain) ?? 0, bytes));
  });
  return buffers
    .map((_, i) => i)
    .sort((a, b) => {
      const [x, y] = [chains[a]!, chains[b]!];
      const byRoom = pressure.get(y)! - pressure.get(x)! || largest.get(y)! - largest.get(x)!;
      return byRoom || x - y || buffers[b]!.first - buffers[a]!.first;
    });
}

// The number of the first buffer of each one's chain.
function chainsOf(buffers: readonly Buffer[]): number[] {
  const holders = new Map(buffers.flatMap(({ tensors }, i) => tensors.map((id) => [id, i])));
  const parents = buffers.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parents[root] !== root) root = parents[root]!;
    parents[i] = root;
    return root;
  };
  buffers.forEach(({ behind = [] }, i) => {
    for (const { input } of behind) {
      const host = holders.get(input);
      if (host !== undefined) parents[rootOf(i)] = rootOf(host);
    }
  });
  return parents.map((_, i) => rootOf(i));
}

// Bytes alive at the steps where a buffer begins or ends.
function liveAt(buffers: readonly Buffer[]): Map<number, number> {
  const changes = new Map<number, number>();
  const change = (step: number, bytes: number) =>
    changes.set(step, (changes.get(step) ?? 0) + bytes);
  for (const { first, last, bytes } of buffers) {
    change(first, bytes);
    change(last, 0);
    change(last + 1, -bytes);
  }
  let alive = 0;
  return new Map(
    [...changes].sort(([a], [b]) => a - b).map(([step, bytes]) => [step, (alive += bytes)]),
  );
}
