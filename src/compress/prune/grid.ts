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

export interface GridRequest {
  readonly mask: Mask;
  /** [rows][columns]: what is to lie on the grid. */
  readonly weights: Float64Array;
  /** [columns][columns]: products of the inputs, less their means. */
  readonly gram: Float64Array;
  readonly levels: number;
  /** Whether all rows have one step. */
  readonly single: boolean;
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
export async function onGrid(
  { rows, columns }: Layer,
  { mask, weights, gram, levels, single }: GridRequest,
  turn: Turn,
): Promise<Grid | undefined> {
  const most = Float64Array.from({ length: rows }, (_, row) =>
    largest(weights.subarray(row * columns, (row + 1) * columns)),
  );
  const all = largest(most);
  const stepOf = (row: number, cut: number) => (cut * (single ? all : most[row]!)) / levels;
  const tried = CUTS.map(() => ({
    values: new Float64Array(weights.length),
    errors: new Float64Array(rows),
  }));
  const order = Array.from({ length: columns }, (_, k) => k).sort(
    (a, b) => gram[a * (columns + 1)]! - gram[b * (columns + 1)]! || a - b,
  );
  for (let row = 0; row < rows; row++) {
    const kept = order.filter((k) => mask[row * columns + k]);
    const root = rootOf(gram, columns, kept);
    if (!root) return undefined;
    const wanted = Float64Array.from(kept, (k) => weights[row * columns + k]!);
    CUTS.forEach((cut, c) => {
      const { values, errors } = tried[c]!;
      const found = nearestPlane(root, wanted, stepOf(row, cut), levels);
      errors[row] = found.error;
      kept.forEach((k, i) => (values[row * columns + k] = found.values[i]!));
    });
    await turn();
  }
  const together = tried.map(({ errors }) => errors.reduce((sum, error) => sum + error, 0));
  const best = Array.from({ length: rows }, (_, row) =>
    leastOf(single ? together : tried.map(({ errors }) => errors[row]!)),
  );
  return {
    weights: weights.map((_, i) => tried[best[Math.floor(i / columns)]!]!.values[i]!),
    steps: Float64Array.from(best, (c, row) => stepOf(row, CUTS[c]!)),
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
  const values = new Float64Array(n);
  const pulls = new Float64Array(n);
  let error = 0;
  for (let j = n - 1; j >= 0; j--) {
    const at = j * n;
    const target = wanted[j]! + pulls[j]! / root[at + j]!;
    const value = step === 0 ? 0 : step * clamp(Math.round(target / step), -levels, levels);
    values[j] = value;
    error += (root[at + j]! * (target - value)) ** 2;
    const off = wanted[j]! - value;
    if (off !== 0) for (let i = 0; i < j; i++) pulls[i]! += root[at + i]! * off;
  }
  return { values, error };
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function leastOf(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value < values[best]! ? i : best), 0);
}
