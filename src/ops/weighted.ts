import type { Tensor, TypedNode } from '../ir/types.ts';
import { elements, perTensor } from '../ir/types.ts';
import { constantValue, floats, int32s, int8s } from '../ir/values.ts';
import type { WeightMatrix } from '../encode/format.ts';
import { clamp, multiplyByQuantizedMultiplier } from '../support/fixed-point.ts';
import type { AnyRounding, Multiplier } from '../support/fixed-point.ts';
import type { Target } from '../target/target.ts';
import { clampRange, clampsInt8 } from './activation/clamp.ts';
import type { Activation } from './activation/clamp.ts';
import { ROUNDING_AXIS } from './requantize.ts';

/** The bias of a node with `channels` outputs, zeros when it has none. */
export function biasOf(node: TypedNode, channels: number): Int32Array {
  const bias = node.inputs[2];
  return bias ? int32s(constantValue(bias)) : new Int32Array(channels);
}

export function floatBiasOf(node: TypedNode, channels: number): Float32Array {
  const bias = node.inputs[2];
  return bias ? floats(constantValue(bias)) : new Float32Array(channels);
}

export function int8Weights(node: TypedNode): Int8Array {
  return int8s(constantValue(node.inputs[1]!));
}

export function floatWeights(node: TypedNode): Float32Array {
  return floats(constantValue(node.inputs[1]!));
}

export function hasWeightZero(weights: Tensor): boolean {
  return weights.quant?.zeroPoints.some((zeroPoint) => zeroPoint !== 0) ?? false;
}

// bias[o] - inputZero * sum(weights[o]): what kernels add that multiply the stored input.
function foldedBias(node: TypedNode, { rows, columns, data }: WeightMatrix): Int32Array {
  const bias = biasOf(node, rows);
  const { zeroPoint } = perTensor(node.inputs[0]!);
  return bias.map((b, row) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += data[row * columns + k]!;
    return b - zeroPoint * sum;
  });
}

/** What a DSP kernel multiplies and adds: channels by rows, the input's zero point in the bias. */
export interface Channels {
  readonly matrix: WeightMatrix;
  readonly bias: Int32Array;
  readonly multipliers: readonly Multiplier[];
}

/**
 * The channels of a node for kernels that multiply stored inputs. A channel whose output is the
 * same for every input (dead channels have tiny scales and huge biases) is replaced by zeros and a
 * small bias that give that output.
 */
export function channelsOf(
  node: WeightedNode,
  matrix: WeightMatrix,
  multipliers: readonly Multiplier[],
): Channels {
  const bias = foldedBias(node, matrix);
  const data = matrix.data.slice();
  const simple = multipliers.map((by, row) => {
    const constant = constantOutput(node, [bias[row]!, ...sumRange(matrix, row)], by);
    if (constant === undefined) return by;
    data.fill(0, row * matrix.columns, (row + 1) * matrix.columns);
    bias[row] = 4 * (constant - perTensor(node.outputs[0]!).zeroPoint);
    return QUARTER;
  });
  return { matrix: { ...matrix, data }, bias, multipliers: simple };
}

type WeightedNode<R = AnyRounding> = TypedNode<{
  readonly activation: Activation;
  readonly rounding: R;
}>;

/** A scale of a quarter, for channels that are constant. */
export const QUARTER: Multiplier = { multiplier: 2 ** 30, shift: -1 };

// Least and largest sum of weights times stored inputs.
function sumRange({ columns, data }: WeightMatrix, row: number): [number, number] {
  let [least, most] = [0, 0];
  for (let k = 0; k < columns; k++) {
    const weight = data[row * columns + k]!;
    least += weight > 0 ? -128 * weight : 127 * weight;
    most += weight > 0 ? 127 * weight : -128 * weight;
  }
  return [least, most];
}

/**
 * The output of a channel whose sums lie between `bias + least` and `bias + most`, if it is one for all:
 * requantization grows with the sum.
 */
export function constantOutput(
  { attrs, outputs }: WeightedNode,
  [bias, least, most]: readonly [number, number, number],
  by: Multiplier,
): number | undefined {
  const [low, high] = clampRange(attrs.activation, outputs[0]!);
  const { zeroPoint } = perTensor(outputs[0]!);
  const inRange = bias + least >= -(2 ** 31) && bias + most < 2 ** 31 && by.shift <= 0;
  if (!inRange) return undefined;
  const [first, last] = [bias + least, bias + most].map((sum) =>
    clamp(multiplyByQuantizedMultiplier(sum, by, attrs.rounding) + zeroPoint, low, high),
  );
  return first === last ? first : undefined;
}

/** Sums that are doubled before they are requantized stay below 2^29 (nn_dsp.h, nn_output_double_right). */
export const DOUBLING_LIMIT = 2 ** 29;

/** What portable kernels do more in some variants: subtract the weights' zero point, round once. */
export function variantWork(node: WeightedNode, macs: number) {
  return {
    zeroed: hasWeightZero(node.inputs[1]!) ? macs : 0,
    single: node.attrs.rounding === 'single' ? elements(node.outputs[0]!) : 0,
  };
}

/** Why the DSP kernels cannot take a node, as far as its types and the target tell. */
export function rejectTarget(node: TypedNode, target: Target): string | undefined {
  return rejectCore(node, target) ?? rejectTypes(node);
}

/** The same for kernels that do weights with a zero point. */
export function rejectCore(node: TypedNode, target: Target): string | undefined {
  if (node.inputs[0]!.dtype !== 'int8') return 'takes int8';
  return target.dsp ? undefined : 'needs the DSP extension';
}

/** The same for kernels of every core that do no weights with a zero point. */
export function rejectTypes({ inputs }: TypedNode): string | undefined {
  if (inputs[0]!.dtype !== 'int8') return 'takes int8';
  return hasWeightZero(inputs[1]!) ? 'the weights have a zero point' : undefined;
}

/** Why the DSP kernels cannot take these weights, whose sums have to stay below `limit`. */
export function rejectChannels(
  { matrix, bias, multipliers }: Channels,
  limit: number,
): string | undefined {
  const odd = multipliers.find(({ shift }) => shift > 0 || shift < -31);
  if (odd) return `a requantization shift is ${odd.shift}, outside -31 to 0`;
  const largest = bias.reduce((most, b, row) => {
    const [low, high] = sumRange(matrix, row);
    return Math.max(most, Math.abs(b) + Math.max(-low, high));
  }, 0);
  return largest < limit ? undefined : `a sum may reach ${largest}, beyond ${limit}`;
}

// Which requantization of nn_dsp.h a layer takes: the shorter one where all shifts are to the right.
function shiftsOf(multipliers: readonly Multiplier[]): 'right' | 'any' {
  return multipliers.every(({ shift }) => shift <= -1 && shift >= -23) ? 'right' : 'any';
}

/** What the DSP kernels' C functions differ in. */
export const DSP_AXES = {
  shifts: { right: '', any: '_any' },
  clamps: { false: '', true: '_clamp' },
  rounding: ROUNDING_AXIS,
} as const;

/** Which of them a layer takes. */
export function dspVariant<R extends AnyRounding>(
  { attrs, outputs }: WeightedNode<R>,
  multipliers: readonly Multiplier[],
): { shifts: 'right' | 'any'; clamps: boolean; rounding: R } {
  const clamps = clampsInt8(attrs.activation, outputs[0]!);
  return { shifts: shiftsOf(multipliers), clamps, rounding: attrs.rounding };
}

/** An array lengthened with zeros to a multiple of four. */
export function padTo4(array: Int32Array): Int32Array {
  const padded = new Int32Array(Math.ceil(array.length / 4) * 4);
  padded.set(array);
  return padded;
}
