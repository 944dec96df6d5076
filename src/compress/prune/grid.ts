import { clamp } from '../../support/fixed-point.ts';
import { factor } from './cholesky.ts';
import type { Layer } from './layer.ts';
import type { Mask } from './mask.ts';
import type { Turn } from './refit.ts';

/** Weights on a grid: whole multiples of a step of each row, at most `levels` of them to either side. */
export interface Grid {
  /** [rows][columns], in output steps. */
  readonly weights: Float64Array;
  /** [rows], in output steps. */
  readonly steps: Float64Array;
}

/** What is to lie on a grid. */
export interface Wish {
  /** [rows][columns], in output steps. */
  readonly weights: Float64Array;
  readonly levels: number;
}

export interface GridRequest {
  readonly mask: Mask;
  /** [columns][columns]: products of the inputs, less their means. */
  readonly gram: Float64Array;
  /** Whether all rows have one step. */
  readonly single: boolean;
  readonly wishes: readonly Wish[];
}

/** Steps that are tried, as shares of the one that reaches the largest weight. */
const CUTS = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3] as const;
/** Added to the diagonal of the products, as a share of its mean, so that they can be factored. */
const RIDGE = 1e-2;

/**
 * Puts the kept weights of each row on a grid, one after the other: what rounding one of them costs is made
 * good by those that follow (Babai, "On Lovász' lattice reduction and the nearest lattice point problem",
 * 1986, nearest plane; Frantar et al., "GPTQ", 2023, does the same). Inputs with the most power come first.
 * undefined where the products cannot be factored.
 */
export async function onGrids(
  { rows, columns }: Layer,
  { mask, gram, single, wishes }: GridRequest,
  turn: Turn,
): Promise<Grid[] | undefined> {
  const attempts = wishes.map((wish) => attemptsOf(wish, rows, single));
  const order = Array.from({ length: columns }, (_, k) => k).sort(
    (a, b) => gram[a * (columns + 1)]! - gram[b * (columns + 1)]! || a - b,
  );
  for (let row = 0; row < rows; row++) {
    const kept = order.filter((k) => mask[row * columns + k]);
    const root = rootOf(gram, columns, kept);
    if (!root) return undefined;
    for (const { wish, steps, tried } of attempts) {
      const wanted = Float64Array.from(kept, (k) => wish.weights[row * columns + k]!);
      for (const [c, { multiples, errors }] of tried.entries()) {
        const found = nearestPlane(root, wanted, CUTS[c]! * steps[row]!, wish.levels);
        errors[row] = found.error;
        kept.forEach((k, i) => (multiples[row * columns + k] = found.multiples[i]!));
      }
    }
    await turn();
  }
  return attempts.map((attempt) => bestOf(attempt, columns, single));
}

/** A wish with every cut of its steps. */
interface Attempts {
  readonly wish: Wish;
  /** [rows]: the steps that reach the largest weights. */
  readonly steps: Float64Array;
  /** By cut: the weights in steps, and each row's error. */
  readonly tried: readonly { readonly multiples: Int8Array; readonly errors: Float64Array }[];
}

function attemptsOf(wish: Wish, rows: number, single: boolean): Attempts {
  const { weights, levels } = wish;
  const columns = weights.length / rows;
  const most = Float64Array.from({ length: rows }, (_, row) =>
    largest(weights.subarray(row * columns, (row + 1) * columns)),
  );
  const all = largest(most);
  return {
    wish,
    steps: most.map((own) => (single ? all : own) / levels),
    tried: CUTS.map(() => ({
      multiples: new Int8Array(weights.length),
      errors: new Float64Array(rows),
    })),
  };
}

function bestOf({ wish, steps, tried }: Attempts, columns: number, single: boolean): Grid {
  const together = tried.map(({ errors }) => errors.reduce((sum, error) => sum + error, 0));
  const one = leastOf(together);
  const best = Array.from(steps, (_, row) =>
    single ? one : leastOf(tried.map(({ errors }) => errors[row]!)),
  );
  const taken = steps.map((step, row) => CUTS[best[row]!]! * step);
  return {
    steps: taken,
    weights: wish.weights.map((_, i) => {
      const row = Math.floor(i / columns);
      return taken[row]! * tried[best[row]!]!.multiples[i]!;
    }),
  };
}

// L of L Lᵀ for the products of some columns; undefined where there is none.
function rootOf(
  gram: Float64Array,
  columns: number,
  kept: readonly number[],
): Float64Array | undefined {
  const n = kept.length;
  const root = new Float64Array(n * n);
  let trace = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) root[i * n + j] = gram[kept[i]! * columns + kept[j]!]!;
    trace += root[i * (n + 1)]!;
  }
  const added = (RIDGE * trace) / Math.max(1, n) || 1;
  for (let i = 0; i < n; i++) root[i * (n + 1)]! += added;
  return factor(root, n) ? root : undefined;
}

// The last one first: column j of Lᵀ says what its rounding does to those before it.
function nearestPlane(root: Float64Array, wanted: Float64Array, step: number, levels: number) {
  const n = wanted.length;
  const multiples = new Int8Array(n);
  const pulls = new Float64Array(n);
  let error = 0;
  for (let j = n - 1; j >= 0; j--) {
    const at = j * n;
    const target = wanted[j]! + pulls[j]! / root[at + j]!;
    const multiple = step === 0 ? 0 : clamp(Math.round(target / step), -levels, levels);
    const value = step * multiple;
    multiples[j] = multiple;
    error += (root[at + j]! * (target - value)) ** 2;
    const off = wanted[j]! - value;
    if (off !== 0) for (let i = 0; i < j; i++) pulls[i]! += root[at + i]! * off;
  }
  return { multiples, error };
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function leastOf(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value < values[best]! ? i : best), 0);
}
