import { perTensor } from '../../ir/types.ts';
import type { TypedNode } from '../../ir/types.ts';
import { int8s } from '../../ir/values.ts';
import { clampRange } from '../../ops/activation/clamp.ts';
import type { Activation } from '../../ops/activation/clamp.ts';
import { clamp } from '../../support/fixed-point.ts';
import type { Random } from '../../support/random.ts';
import type { Layer } from './layer.ts';
import type { Turn } from './refit.ts';
import type { Values } from './run.ts';

/** What a layer reads at some places, and what it should give there. */
export interface Samples {
  readonly count: number;
  /** [count][columns], in input steps. */
  readonly x: Float32Array;
  /** [count][rows], in output steps, within the bounds. */
  readonly y: Float32Array;
  /** Bounds of the outputs: what lies beyond them is cut off. */
  readonly low: number;
  readonly high: number;
  /** [columns]: squares of the inputs, less their means. */
  readonly power: Float64Array;
}

/** Weights [rows][columns] and bias [rows] of a layer, in output steps. */
export type Affine = Pick<Layer, 'weights' | 'bias'>;

/** Numbers that the inputs of a layer may take, and its outputs; places that are taken in any case. */
const MOST_NUMBERS = 2 ** 24;
const LEAST_PLACES = 2048;
const MOST_PLACES = 2 ** 13;

/** The inputs of a layer in the compressed network, and in the one that it should be like. */
export interface LayerInputs {
  readonly own: Values;
  readonly wanted: Values;
}

/**
 * Samples of a layer: its own inputs, and the outputs that it had on those of the first network. Of a
 * layer with many places some are drawn, as many of each input.
 */
export async function gatherSamples(
  layer: Layer,
  node: TypedNode,
  { own, wanted }: LayerInputs,
  random: Random,
  turn: Turn,
): Promise<Samples> {
  const { rows, columns, taps } = layer;
  const most = Math.floor(MOST_NUMBERS / Math.max(rows, columns));
  const limit = Math.max(LEAST_PLACES, 2 * columns, Math.min(MOST_PLACES, most));
  const each = Math.ceil(limit / Math.max(1, own.length));
  const places = own.map((value) => taps.places(int8s(value)));
  const count = places.reduce((sum, all) => sum + Math.min(all, each), 0);
  const x = new Float32Array(count * columns);
  const y = new Float32Array(count * rows);
  const [low, high] = boundsOf(node);
  const first = new Float64Array(columns);
  let at = 0;
  for (let i = 0; i < own.length; i++) {
    const all = places[i]!;
    for (let p = 0; p < Math.min(all, each); p++, at++) {
      const place = all <= each ? p : random.int(0, all - 1);
      taps.read(int8s(own[i]), place, x, at * columns);
      taps.read(int8s(wanted[i]), place, first, 0);
      for (let o = 0; o < rows; o++) {
        let sum = layer.bias[o]!;
        for (let k = 0; k < columns; k++) sum += layer.weights[o * columns + k]! * first[k]!;
        y[at * rows + o] = clamp(sum, low, high);
      }
    }
    await turn();
  }
  return { count, x, y, low, high, power: powersOf(x, count, columns) };
}

// In output steps from the zero point.
function boundsOf({ attrs, outputs }: TypedNode): [number, number] {
  const { activation } = attrs as { readonly activation: Activation };
  const { zeroPoint } = perTensor(outputs[0]!);
  const [low, high] = clampRange(activation, outputs[0]!);
  return [low - zeroPoint, high - zeroPoint];
}

function powersOf(x: Float32Array, count: number, columns: number): Float64Array {
  const [sums, squares] = [new Float64Array(columns), new Float64Array(columns)];
  for (let p = 0; p < count; p++)
    for (let k = 0; k < columns; k++) {
      const value = x[p * columns + k]!;
      sums[k]! += value;
      squares[k]! += value * value;
    }
  return squares.map((square, k) => square - sums[k]! ** 2 / Math.max(1, count));
}

/** What a row gives at each place, before its bounds. */
export function rowOutputs(
  { count, x }: Samples,
  columns: number,
  { weights, bias }: Affine,
  row: number,
): Float64Array {
  const kept: number[] = [];
  for (let k = 0; k < columns; k++) if (weights[row * columns + k] !== 0) kept.push(k);
  const values = Float64Array.from(kept, (k) => weights[row * columns + k]!);
  const outputs = new Float64Array(count);
  for (let p = 0; p < count; p++) {
    let sum = bias[row]!;
    for (let i = 0; i < kept.length; i++) sum += values[i]! * x[p * columns + kept[i]!]!;
    outputs[p] = sum;
  }
  return outputs;
}

/** The sum of a row's squared errors within its bounds, in output steps. */
export function rowError(samples: Samples, layer: Layer, affine: Affine, row: number): number {
  const { count, y, low, high } = samples;
  const outputs = rowOutputs(samples, layer.columns, affine, row);
  let error = 0;
  for (let p = 0; p < count; p++)
    error += (clamp(outputs[p]!, low, high) - y[p * layer.rows + row]!) ** 2;
  return error;
}

/** The squared error of a layer as a share of its outputs' variance; 0 where there is none. */
export function relativeError(samples: Samples, layer: Layer, affine: Affine): number {
  let error = 0;
  for (let row = 0; row < layer.rows; row++) error += rowError(samples, layer, affine, row);
  return error === 0 ? 0 : error / Math.max(variance(samples, layer), Number.MIN_VALUE);
}

function variance({ count, y }: Samples, { rows }: Layer): number {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    let [sum, squares] = [0, 0];
    for (let p = 0; p < count; p++) {
      const value = y[p * rows + row]!;
      sum += value;
      squares += value * value;
    }
    total += squares - (sum * sum) / Math.max(1, count);
  }
  return total;
}
