/** What a layer takes, in bytes or cycles, and what it does to the network's outputs, with a share of its weights. */
export interface Point {
  readonly kept: number;
  /** Bits of a weight. */
  readonly bits: number;
  readonly size: number;
  readonly error: number;
  /** How it is stored: sizes between points of different formats are not known. */
  readonly format: string;
}

/** Steps between two measured points. */
const BETWEEN = 12;
/** Parts of the budget that sizes are rounded up to. */
const PARTS = 4000;

/**
 * One point of each layer, so that all together take at most `budget` and the errors add up to the
 * least; undefined where even the smallest are too large. By dynamic programming over the sizes:
 * the multiple-choice knapsack of Sinha and Zoltners, 1979.
 */
export function allocate(
  layers: readonly (readonly Point[])[],
  budget: number,
): Point[] | undefined {
  const unit = Math.max(1, budget / PARTS);
  const parts = Math.floor(budget / unit);
  let least = new Float64Array(parts + 1);
  const taken: Int32Array[] = [];
  const choices = layers.map(fillIn);
  for (const points of choices) {
    const next = new Float64Array(parts + 1).fill(Infinity);
    const choice = new Int32Array(parts + 1).fill(-1);
    points.forEach(({ size, error }, p) => {
      const units = Math.ceil(size / unit);
      for (let at = units; at <= parts; at++) {
        const sum = least[at - units]! + error;
        if (sum < next[at]!) [next[at], choice[at]] = [sum, p];
      }
    });
    taken.push(choice);
    least = next;
  }
  if (!Number.isFinite(least[parts])) return undefined;
  const chosen: Point[] = [];
  for (let i = layers.length - 1, at = parts; i >= 0; i--) {
    const point = choices[i]![taken[i]![at]!]!;
    chosen.unshift(point);
    at -= Math.ceil(point.size / unit);
  }
  return chosen;
}

/** The least that points of all layers can take. */
export function leastSize(layers: readonly (readonly Point[])[]): number {
  return layers.reduce((sum, points) => sum + Math.min(...points.map(({ size }) => size)), 0);
}

/** Points between those that were measured: sizes grow with the weights, errors with a power of them. */
export function fillIn(points: readonly Point[]): Point[] {
  return points.flatMap((point, i) => {
    const next = points[i + 1];
    const isSame = next?.format === point.format && next.bits === point.bits;
    if (!next || !isSame || point.kept <= next.kept) return [point];
    const between = Array.from({ length: BETWEEN }, (_, step) => {
      const part = (step + 1) / (BETWEEN + 1);
      const kept = point.kept * (next.kept / point.kept) ** part;
      const share = (point.kept - kept) / (point.kept - next.kept);
      const [low, high] = [point.error, next.error].map((e) => Math.log(e + 1e-12));
      return {
        kept,
        ...{ bits: point.bits, format: point.format },
        size: point.size + share * (next.size - point.size),
        error: Math.exp(low! + part * (high! - low!)),
      };
    });
    return [point, ...between];
  });
}
