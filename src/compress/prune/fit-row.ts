import { factor, inverseDiagonal, solve } from './cholesky.ts';
import type { Layer } from './layer.ts';
import { centredGram } from './products.ts';
import { rowOutputs } from './samples.ts';
import type { Affine, Samples } from './samples.ts';

export interface RowFit {
  /** Which columns may have weights. */
  readonly kept: readonly number[];
  /** What draws weights to where they were, as a share of the mean variance of the inputs. */
  readonly ridge: number;
  /** Times that the places that count are found anew. */
  readonly rounds: number;
  /** Products that the Gram matrices of the row may take: with more, fewer places count. */
  readonly most: number;
  /** [columns][columns] of all places, where it is known. */
  readonly gram?: Float64Array;
}

/**
 * Least squares on the kept weights of a row and its bias, within the bounds of its outputs: a place counts
 * where the wanted output or the row's own lies between them (Zhang et al., "Accelerating very deep
 * convolutional networks", 2015, section 3.2, by Newton's steps). Writes the weights and the bias to `to`,
 * which holds what to begin with, and what the error grows by without each of them (Hassibi and Stork,
 * "Second order derivatives for network pruning", 1993) to `losses`.
 */
export function fitRow(
  samples: Samples,
  layer: Layer,
  row: number,
  { kept, ridge, rounds, most, gram }: RowFit,
  { to, losses }: { readonly to: Affine; readonly losses?: Float64Array },
): void {
  const { columns } = layer;
  const n = kept.length;
  const at = row * columns;
  for (let round = 0; round < rounds; round++) {
    const all = countingPlaces(samples, layer, to, row);
    const affordable = Math.floor(most / Math.max(1, n * n));
    const some = Math.max(4 * n, Math.min(affordable, ENOUGH * (n + 32)));
    const places = all.length <= some ? all : all.filter((_, i) => (i * some) % all.length < some);
    if (places.length === 0) return;
    const problem = gather(samples, layer, row, { kept, places });
    if (n > 0) {
      const hessian =
        gram && places.length === samples.count
          ? pick(gram, columns, kept)
          : centredGram({ data: problem.x, count: places.length, columns: n });
      const pull = (ridge * meanPower(samples, columns) * places.length) / samples.count;
      const added = factorWithRidge(hessian, n, pull);
      const solution = Float64Array.from(
        kept,
        (k, i) => problem.cross[i]! + added * layer.weights[at + k]!,
      );
      if (added === 0) return;
      solve(hessian, n, solution);
      kept.forEach((k, i) => (to.weights[at + k] = solution[i]!));
      if (losses && round === rounds - 1) {
        const diagonal = inverseDiagonal(hessian, n);
        kept.forEach((k, i) => (losses[at + k] = solution[i]! ** 2 / diagonal[i]!));
      }
    }
    to.bias[row] = kept.reduce(
      (bias, k, i) => bias - to.weights[at + k]! * problem.means[i]!,
      problem.wanted,
    );
  }
}

/** The bias of a row with the least error, its weights as they are. Nagel et al., 2019, section 4.2. */
export function fitBias(samples: Samples, layer: Layer, to: Affine, row: number): void {
  const outputs = rowOutputs(samples, layer.columns, to, row);
  for (let round = 0; round < BIAS_ROUNDS; round++) {
    const places = countingOf(samples, layer, outputs, row);
    if (places.length === 0) return;
    const off = places.reduce((sum, p) => sum + samples.y[p * layer.rows + row]! - outputs[p]!, 0);
    const moved = off / places.length;
    to.bias[row]! += moved;
    for (let p = 0; p < outputs.length; p++) outputs[p]! += moved;
  }
}

const BIAS_ROUNDS = 4;
/** Places for each unknown, with which least squares have enough. */
const ENOUGH = 64;

function countingPlaces(samples: Samples, layer: Layer, affine: Affine, row: number): number[] {
  return countingOf(samples, layer, rowOutputs(samples, layer.columns, affine, row), row);
}

function countingOf(
  samples: Samples,
  { rows }: Layer,
  outputs: Float64Array,
  row: number,
): number[] {
  const { count, y, low, high } = samples;
  const isWithin = (value: number) => value > low && value < high;
  const places: number[] = [];
  for (let p = 0; p < count; p++)
    if (isWithin(y[p * rows + row]!) || isWithin(outputs[p]!)) places.push(p);
  return places;
}

// The kept inputs at some places, with what they have to do with the wanted outputs.
function gather(
  { x: all, y }: Samples,
  { rows, columns }: Layer,
  row: number,
  { kept, places }: { readonly kept: readonly number[]; readonly places: readonly number[] },
) {
  const n = kept.length;
  const x = new Float64Array(places.length * n);
  const [sums, cross] = [new Float64Array(n), new Float64Array(n)];
  const wanted = places.reduce((sum, p) => sum + y[p * rows + row]!, 0) / places.length;
  places.forEach((p, i) => {
    const off = y[p * rows + row]! - wanted;
    for (let k = 0; k < n; k++) {
      const value = all[p * columns + kept[k]!]!;
      x[i * n + k] = value;
      sums[k]! += value;
      cross[k]! += off * value;
    }
  });
  return { x, cross, wanted, means: sums.map((sum) => sum / places.length) };
}

function pick(gram: Float64Array, columns: number, kept: readonly number[]): Float64Array {
  const n = kept.length;
  const part = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) part[i * n + j] = gram[kept[i]! * columns + kept[j]!]!;
  return part;
}

// Adds to the diagonal until the matrix can be factored; gives what was added, 0 where nothing helps.
function factorWithRidge(matrix: Float64Array, n: number, pull: number): number {
  for (let added = pull, tries = 0; added > 0 && tries < 8; added *= 10, tries++) {
    const copy = matrix.slice();
    for (let i = 0; i < n; i++) copy[i * (n + 1)]! += added;
    if (!factor(copy, n)) continue;
    matrix.set(copy);
    return added;
  }
  return 0;
}

function meanPower({ power }: Samples, columns: number): number {
  return power.reduce((sum, x) => sum + x, 0) / columns;
}
