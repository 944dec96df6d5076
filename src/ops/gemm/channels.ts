import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { perTensor, weightZeroPoint } from '../../ir/types.ts';
import type { Multiplier, Rounding } from '../../support/fixed-point.ts';
import { clampsInt8 } from '../activation/clamp.ts';
import type { Activation } from '../activation/clamp.ts';
import { biasOf, constantOutput, QUARTER } from '../weighted.ts';
import { splitShift } from './stream.ts';

/** How sums become outputs: see nn_gemm_portable.h. */
export type Form = PlainForm | FixedForm;
export type PlainForm =
  'double_floor' | 'double_right' | 'double_any' | 'single_right' | 'single_any';
/** Those of convolutions alone: see convForm. */
export type FixedForm = 'double_fixed' | 'single_fixed';

/** Channels as the gemm kernels take them: arranged taps, what is added to their sums, multipliers. */
export interface GemmChannels {
  readonly matrix: WeightMatrix;
  readonly bias: readonly number[];
  readonly multipliers: readonly Multiplier[];
}

/** A layer with weights for the gemm kernels. */
export interface GemmLayer<F extends Form = Form> extends GemmChannels {
  readonly form: F;
  /** The outputs' bounds do not come from saturation alone. */
  readonly clamps: boolean;
  /** The weights' zero point, 0 but in legacy models. */
  readonly weightZero: number;
  /** Channels that are computed apart; in `matrix` they hold zeros. */
  readonly exact: readonly ExactChannel[];
}

/** A channel whose sums or words leave the halves of a pair. */
export interface ExactChannel {
  readonly channel: number;
  /** Arranged taps, less the weights' zero point. */
  readonly weights: readonly number[];
  readonly bias: number;
  readonly multiplier: Multiplier;
}

export type WeightedNode = TypedNode<{
  readonly activation: Activation;
  readonly rounding: Rounding;
}>;

/** Sums of even channels stay below 2^23: words add up 256 * A + B. */
const UPPER_LIMIT = 2 ** 23;
/** Sums of odd ones are doubled. */
export const LOWER_LIMIT = 2 ** 29;
/** (2 * zero point + 1) << right stays below 2^31 (nn_addend in nn_asm.h). */
const RIGHT_LIMIT = 23;

/**
 * The layer of a node whose taps are arranged as `matrix`, filled with the weights' zero point. A channel
 * with the same output for every input (dead channels have tiny scales and huge biases) becomes zeros and
 * a small bias.
 */
export function gemmLayer(
  node: WeightedNode,
  matrix: WeightMatrix,
  multipliers: readonly Multiplier[],
): GemmLayer<PlainForm> {
  const { rounding, activation } = node.attrs;
  const { zeroPoint } = perTensor(node.outputs[0]!);
  const weightZero = weightZeroPoint(node.inputs[1]!);
  const channels = foldChannels(node, matrix, multipliers);
  const exact = new Map<number, ExactChannel>();
  for (let row = 0; row < matrix.rows; row++) {
    if (!fits(channels, row, weightZero, rounding) || collides(channels.matrix, row, exact))
      exact.set(row, exactChannel(channels, row, weightZero));
  }
  const kept = withoutExact(channels, exact);
  return {
    ...kept,
    form: formOf(kept.multipliers, zeroPoint, rounding),
    clamps: clampsInt8(activation, node.outputs[0]!),
    weightZero,
    exact: [...exact.values()],
  };
}

/** The input's zero point goes into the bias; channels that are constant are made simple. */
export function foldChannels(
  node: WeightedNode,
  matrix: WeightMatrix,
  multipliers: readonly Multiplier[],
): GemmChannels {
  const data = matrix.data.slice();
  const weightZero = weightZeroPoint(node.inputs[1]!);
  const inputZero = perTensor(node.inputs[0]!).zeroPoint;
  const bias = [...biasOf(node, matrix.rows)];
  const simple = multipliers.map((by, row) => {
    const weights = rowOf(matrix, row, weightZero);
    bias[row]! -= inputZero * weights.reduce((sum, weight) => sum + weight, 0);
    const constant = constantOutput(node, [bias[row]!, ...sumRange(weights)], by);
    if (constant !== undefined) {
      data.fill(weightZero, row * matrix.columns, (row + 1) * matrix.columns);
      bias[row] = 4 * (constant - perTensor(node.outputs[0]!).zeroPoint);
      return QUARTER;
    }
    return by.multiplier === 0 ? { multiplier: 0, shift: -1 } : by;
  });
  return { matrix: { ...matrix, data }, bias, multipliers: simple };
}

/** The weights of a channel, less their zero point. */
export function rowOf({ columns, data }: WeightMatrix, row: number, zero: number): number[] {
  return Array.from(data.subarray(row * columns, (row + 1) * columns), (weight) => weight - zero);
}

// Least and largest sum of weights times stored inputs.
function sumRange(weights: readonly number[]): [number, number] {
  let [least, most] = [0, 0];
  for (const weight of weights) {
    least += weight > 0 ? -128 * weight : 127 * weight;
    most += weight > 0 ? 127 * weight : -128 * weight;
  }
  return [least, most];
}

/** The largest sum of a channel, bias included, of inputs as they are stored. */
export function largest(channels: GemmChannels, row: number, zero: number): number {
  const [least, most] = sumRange(rowOf(channels.matrix, row, zero));
  return Math.max(Math.abs(channels.bias[row]! + least), Math.abs(channels.bias[row]! + most));
}

function fits(channels: GemmChannels, row: number, zero: number, rounding: Rounding): boolean {
  const { left, right } = splitShift(channels.multipliers[row]!.shift, rounding);
  const stored = largest(channels, row, 0);
  const real = largest(channels, row, zero);
  return (
    stored < (row % 2 === 0 ? UPPER_LIMIT : LOWER_LIMIT) &&
    real * 2 ** (left + 1) < 2 ** 31 &&
    right <= 31
  );
}

// 256 * A + B leaves 16 bits where A is -128 and B negative.
function collides(
  { rows, columns, data }: WeightMatrix,
  row: number,
  exact: ReadonlyMap<number, unknown>,
): boolean {
  const above = row - (row & 1);
  const below = above + 1;
  if (below >= rows || exact.has(above)) return false;
  for (let k = 0; k < columns; k++)
    if (data[above * columns + k] === -128 && data[below * columns + k]! < 0) return true;
  return false;
}

function exactChannel(channels: GemmChannels, row: number, zero: number): ExactChannel {
  return {
    channel: row,
    weights: rowOf(channels.matrix, row, zero),
    bias: channels.bias[row]!,
    multiplier: channels.multipliers[row]!,
  };
}

function withoutExact(channels: GemmChannels, exact: ReadonlyMap<number, unknown>): GemmChannels {
  const { rows, columns } = channels.matrix;
  const data = channels.matrix.data.slice();
  for (const row of exact.keys()) data.fill(0, row * columns, (row + 1) * columns);
  return {
    matrix: { rows, columns, data },
    bias: channels.bias.map((bias, row) => (exact.has(row) ? 0 : bias)),
    multipliers: channels.multipliers.map((by, row) => (exact.has(row) ? QUARTER : by)),
  };
}

/** The shortest form that does all of the multipliers, but for the fixed ones. */
export function formOf(multipliers: readonly Multiplier[], zero: number, rounding: Rounding) {
  const shifts = multipliers.map(({ shift }) => splitShift(shift, rounding));
  const least = zero === -128 || rounding === 'single' ? 0 : 1;
  const short = shifts.every(
    ({ left, right }) => left === 0 && right >= least && right <= RIGHT_LIMIT,
  );
  if (!short) return rounding === 'single' ? 'single_any' : 'double_any';
  if (rounding === 'single') return 'single_right';
  return zero === -128 ? 'double_floor' : 'double_right';
}
