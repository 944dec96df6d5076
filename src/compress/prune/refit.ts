import { factor, inverseDiagonal } from './cholesky.ts';
import { fitRow } from './fit-row.ts';
import type { Layer } from './layer.ts';
import type { Mask } from './mask.ts';
import { rowError } from './samples.ts';
import type { Affine, Samples } from './samples.ts';

/** Lets others have their turn; throws where the user has had enough. */
export type Turn = () => Promise<void>;

export interface Refitted extends Affine {
  /** What the error grows by without each kept weight, the others refitted. */
  readonly losses: Float64Array;
}

export interface RefitRequest {
  readonly mask: Mask;
  /** What to begin with. */
  readonly from: Affine;
  readonly rounds: number;
  /** Products that the matrices may take. */
  readonly most: number;
  /** [columns][columns] of all places, where it is known. */
  readonly gram?: Float64Array;
}

/** Shares of the mean variance of the inputs that pull weights back to where they were. */
const RIDGES = [1e-4, 1e-3, 1e-2, 1e-1] as const;
/** Rows that a ridge is chosen on. */
const TRIED = 16;

/**
 * Least squares on the kept weights of each row against the outputs that the layer should have: pruning by
 * reconstruction (Frantar and Alistarh, "Optimal Brain Compression", 2022), a row's problem is its own.
 */
export async function refit(
  layer: Layer,
  samples: Samples,
  { mask, from, rounds, most, gram, ridge }: RefitRequest & { readonly ridge: number },
  turn: Turn,
  rows: readonly number[] = allRows(layer),
): Promise<Refitted> {
  const to = {
    weights: from.weights.map((weight, i) => (mask[i] ? weight : 0)),
    bias: from.bias.slice(),
  };
  const alone = { bias: layer.bias, weights: layer.weights.map((w, i) => (mask[i] ? w : 0)) };
  const losses = new Float64Array(layer.weights.length);
  for (const row of rows) {
    const request = { kept: keptOf(layer, mask, row), ridge, rounds, most: most / layer.rows };
    fitRow(samples, layer, row, { ...request, ...(gram && { gram }) }, { to, losses });
    keepBetter(layer, samples, { alone, to }, row);
    await turn();
  }
  return { ...to, losses };
}

// Bounds may lead the steps astray: then the row stays as the mask alone makes it.
function keepBetter(
  layer: Layer,
  samples: Samples,
  { alone, to }: { readonly alone: Affine; readonly to: Affine },
  row: number,
): void {
  if (rowError(samples, layer, to, row) <= rowError(samples, layer, alone, row)) return;
  const [from, end] = [row * layer.columns, (row + 1) * layer.columns];
  to.weights.set(alone.weights.subarray(from, end), from);
  to.bias[row] = layer.bias[row]!;
}

/** Products that factoring takes, about. */
export function refitWork(layer: Layer, mask: Mask): number {
  return allRows(layer).reduce((sum, row) => sum + keptOf(layer, mask, row).length ** 3 / 3, 0);
}

/** The ridge under which inputs that the refit has not seen come out best, tried on some of the rows. */
export async function chooseRidge(
  layer: Layer,
  { fit, check }: { readonly fit: Samples; readonly check: Samples },
  request: RefitRequest,
  turn: Turn,
): Promise<number> {
  const every = Math.ceil(layer.rows / TRIED);
  const tried = allRows(layer).filter((row) => row % every === 0);
  let best = { ridge: RIDGES[0] as number, error: Infinity };
  for (const ridge of RIDGES) {
    const fitted = await refit(layer, fit, { ...request, ridge }, turn, tried);
    const error = tried.reduce((sum, row) => sum + rowError(check, layer, fitted, row), 0);
    if (error < best.error) best = { ridge, error };
  }
  return best.ridge;
}

/** What the error of each row grows by without each weight, as long as all of them are there. */
export function firstLosses(
  layer: Layer,
  gram: Float64Array,
  activity: Float64Array,
): Float64Array | undefined {
  const { columns } = layer;
  const matrix = gram.slice();
  let mean = 0;
  for (let k = 0; k < columns; k++) mean += gram[k * (columns + 1)]! / columns;
  for (let k = 0; k < columns; k++) matrix[k * (columns + 1)]! += RIDGES[2] * mean;
  if (mean === 0 || !factor(matrix, columns)) return undefined;
  const diagonal = inverseDiagonal(matrix, columns);
  return layer.weights.map(
    (weight, i) => (activity[Math.floor(i / columns)]! * weight ** 2) / diagonal[i % columns]!,
  );
}

function allRows({ rows }: Layer): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

function keptOf({ columns }: Layer, mask: Mask, row: number): number[] {
  const kept: number[] = [];
  for (let k = 0; k < columns; k++) if (mask[row * columns + k]) kept.push(k);
  return kept;
}
