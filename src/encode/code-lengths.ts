/**
 * The lengths in bits of a prefix code of least total length none of whose codes is longer than `limit`:
 * package-merge (Larmore and Hirschberg, "A fast algorithm for optimal length-limited Huffman codes",
 * J. ACM 37, 1990). `counts`: how often each symbol stands, each at least once, at most 2^limit of them.
 */
export function codeLengths(counts: readonly number[], limit: number): number[] {
  if (counts.length === 1) return [1];
  const leaves = counts
    .map((weight, symbol): Package => ({ weight, symbols: [symbol] }))
    .sort(lighter);
  let list = leaves;
  for (let bit = 1; bit < limit; bit++) list = [...leaves, ...packaged(list)].sort(lighter);
  const lengths = counts.map(() => 0);
  for (const { symbols } of list.slice(0, 2 * (counts.length - 1)))
    for (const symbol of symbols) lengths[symbol]!++;
  return lengths;
}

interface Package {
  readonly weight: number;
  readonly symbols: readonly number[];
}

function lighter(a: Package, b: Package): number {
  return a.weight - b.weight;
}

// Two neighbours as one; the last of an odd number is left out.
function packaged(list: readonly Package[]): Package[] {
  return Array.from({ length: list.length >> 1 }, (_, i) => {
    const [a, b] = [list[2 * i]!, list[2 * i + 1]!];
    return { weight: a.weight + b.weight, symbols: [...a.symbols, ...b.symbols] };
  });
}
