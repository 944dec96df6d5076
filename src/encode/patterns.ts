/** What there is to gain from the values of a layer's weights. */
export interface WeightFacts {
  /** The share of weights that stand for zero. */
  readonly sparsity: number;
  readonly distinct: number;
  /** Bits that a weight takes by itself at least: the entropy of its distribution (Shannon, 1948). */
  readonly entropy: number;
  /** How zeros lie: '4x2' blocks of rows by columns, '2:4' of neighbours; null where they have no order. */
  readonly pattern: string | null;
}

/** Weights, row after row of an output channel each, and the value that stands for zero. */
export interface Weights {
  readonly columns: number;
  readonly data: ArrayLike<number>;
  readonly zero: number;
}

/** Rows by columns of blocks that kernels or other tools know, the largest first. */
const BLOCKS = [
  [8, 1],
  [4, 2],
  [1, 8],
  [2, 2],
  [4, 1],
  [1, 4],
  [2, 1],
  [1, 2],
] as const;
/** Nonzero weights among neighbours in a row. */
const RATIOS = [
  [1, 4],
  [2, 4],
  [4, 8],
] as const;
/** Fewer zeros are chance. */
const LEAST_ZEROS = 0.2;
/** Some zeros lie outside of blocks: weights that were rounded to zero. */
const IN_BLOCKS = 0.9;

export function weightFacts(weights: Weights): WeightFacts {
  const { data, zero } = weights;
  const counts = new Map<number, number>();
  for (let i = 0; i < data.length; i++) counts.set(data[i]!, (counts.get(data[i]!) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / data.length);
  const sparsity = (counts.get(zero) ?? 0) / data.length;
  return {
    sparsity,
    distinct: counts.size,
    entropy: shares.reduce((sum, share) => sum - share * Math.log2(share), 0),
    pattern: sparsity < LEAST_ZEROS || sparsity === 1 ? null : patternOf(weights, sparsity),
  };
}

function patternOf(weights: Weights, sparsity: number): string | null {
  const rows = weights.data.length / weights.columns;
  const block = BLOCKS.find(
    ([height, width]) =>
      rows >= height &&
      weights.columns >= width &&
      zerosInBlocks(weights, rows, [height, width]) >= IN_BLOCKS * sparsity * weights.data.length,
  );
  if (block) return block.join('x');
  const ratio = RATIOS.find(([most, of]) => weights.columns % of === 0 && keeps(weights, most, of));
  return ratio ? ratio.join(':') : null;
}

// Zeros of blocks that hold nothing else.
function zerosInBlocks(
  weights: Weights,
  rows: number,
  [height, width]: readonly [number, number],
): number {
  let zeros = 0;
  for (let row = 0; row < rows; row += height)
    for (let column = 0; column < weights.columns; column += width) {
      const down = Math.min(height, rows - row);
      const across = Math.min(width, weights.columns - column);
      if (isZero(weights, [row, column], [down, across])) zeros += down * across;
    }
  return zeros;
}

function isZero(
  { columns, data, zero }: Weights,
  [row, column]: readonly [number, number],
  [down, across]: readonly [number, number],
): boolean {
  for (let i = 0; i < down * across; i++)
    if (data[(row + Math.floor(i / across)) * columns + column + (i % across)] !== zero)
      return false;
  return true;
}

// Whether all so many neighbours have that many weights at most which are not zero.
function keeps({ data, zero }: Weights, most: number, of: number): boolean {
  for (let first = 0; first < data.length; first += of) {
    let nonzero = 0;
    for (let i = first; i < first + of; i++) if (data[i] !== zero) nonzero++;
    if (nonzero > most) return false;
  }
  return true;
}
