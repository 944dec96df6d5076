import type { Tensor, TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { bytesOf } from '../../support/bytes.ts';
import { clamp } from '../../support/fixed-point.ts';
import { LARGEST_BIAS } from '../weights.ts';
import type { Layer } from './layer.ts';
import type { Affine } from './samples.ts';

/** Weights and bias as they are stored, and what they are worth. */
export interface Stored extends Affine {
  /** The node with them in place of its own. */
  readonly node: TypedNode;
}

/** Largest weights that are cut off, as shares of the largest: the others get finer steps. */
const CUTS = [1, 0.9, 0.8, 0.7, 0.6, 0.5] as const;

export interface StoreOptions {
  /** How much each column's input counts. */
  readonly power: (column: number) => number;
  /** The largest weight, as stored. */
  readonly levels: number;
  /** [rows], in output steps: what a stored weight of 1 is worth, where the weights lie on a grid already. */
  readonly steps?: Float64Array | undefined;
}

/**
 * Weights in int8 and bias in int32, with as many scales as the layer had before. The scale is the one
 * with the least error, each weight's counting by its input's power.
 */
export function storeWeights(
  node: TypedNode,
  { rows, columns }: Layer,
  { weights, bias }: Affine,
  { power, levels, steps }: StoreOptions,
): Stored {
  const [input, before, oldBias] = node.inputs;
  const unit = perTensor(input!).scale / perTensor(node.outputs[0]!).scale;
  const single = before!.quant!.scales.length === 1;
  const scaleOf = (first: number, last: number) =>
    bestScale(weights.subarray(first * columns, last * columns), {
      ...{ columns, power, unit, levels, step: steps?.[first] },
      least: largest(bias.subarray(first, last)) / LARGEST_BIAS / unit,
      otherwise: before!.quant!.scales[single ? 0 : first]!,
    });
  const one = single ? scaleOf(0, rows) : 0;
  const scales = Array.from({ length: rows }, (_, row) => (single ? one : scaleOf(row, row + 1)));
  const stored = Int8Array.from(weights, (w, i) =>
    rounded(w, scales[Math.floor(i / columns)]! * unit, levels),
  );
  const sums = Int32Array.from(bias, (b, row) => safeSum(b / (scales[row]! * unit)));
  const kept = single ? scales.slice(0, 1) : scales;
  const quant = { scales: kept, zeroPoints: kept.map(() => 0), axis: 0 };
  const { scale } = perTensor(input!);
  const sumScales = kept.map((s) => Math.fround(scale * s));
  const biasType = {
    id: oldBias?.id ?? -1,
    name: oldBias?.name ?? `${before!.name}_bias`,
    dtype: 'int32',
    shape: [rows],
    quant: { scales: sumScales, zeroPoints: kept.map(() => 0), axis: 0 },
  } as const;
  const newWeights: Tensor = { ...before!, dtype: 'int8', quant, data: bytesOf(stored) };
  return {
    node: { ...node, inputs: [input, newWeights, { ...biasType, data: bytesOf(sums) }] },
    weights: Float64Array.from(stored, (w, i) => w * scales[Math.floor(i / columns)]! * unit),
    bias: Float64Array.from(sums, (sum, row) => sum * scales[row]! * unit),
  };
}

interface Scaling {
  readonly columns: number;
  readonly power: (column: number) => number;
  readonly unit: number;
  readonly levels: number;
  readonly step: number | undefined;
  readonly least: number;
  /** Where all weights are zero. */
  readonly otherwise: number;
}

function bestScale(
  weights: Float64Array,
  { columns, power, unit, levels, step, least, otherwise }: Scaling,
): number {
  const most = largest(weights);
  if (most === 0) return otherwise;
  if (step !== undefined) return Math.fround(Math.max(step / unit, least));
  let best = { scale: 0, error: Infinity };
  for (const cut of CUTS) {
    const scale = Math.fround(Math.max((cut * most) / (levels * unit), least));
    let error = 0;
    for (let i = 0; i < weights.length; i++) {
      const off = weights[i]! - rounded(weights[i]!, scale * unit, levels) * scale * unit;
      error += off * off * power(i % columns);
    }
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}

function rounded(weight: number, step: number, levels: number): number {
  return step === 0 ? 0 : clamp(Math.round(weight / step), -levels, levels);
}

function safeSum(sum: number): number {
  return clamp(Math.round(Number.isFinite(sum) ? sum : 0), -(2 ** 31), 2 ** 31 - 1);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
