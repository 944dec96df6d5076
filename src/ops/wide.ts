import type { WeightMatrix } from '../encode/format.ts';
import type { Tensor, TypedNode } from '../ir/types.ts';
import { elements, perTensor } from '../ir/types.ts';
import { constantNumbers } from '../ir/values.ts';
import {
  multiplyByQuantizedMultiplier,
  multiplyWide,
  wideMultiplier,
} from '../support/fixed-point.ts';
import type { AnyRounding, Multiplier } from '../support/fixed-point.ts';
import { table } from './constant-array.ts';
import type { ConstantArray } from './constant-array.ts';
import { requantizeBytes } from './requantize.ts';
import { rejectWeights } from './weight-types.ts';

/**
 * Layers of 16-bit activations and 8-bit weights ("16x8"). Their sums have 64 bits, and are multiplied
 * with 15 bits; with a bias of 32 bits they have 32, and are requantized as those of int8.
 */

/** Sums below this, in size, are multiplied within 64 bits. Source: common.cc, the same function. */
const LARGEST_SUM = 2 ** 47;
/** The most that a product of an input and a weight can be. */
const LARGEST_PRODUCT = 2 ** 22;

/** Shifts to the left are of 7 bits at most: common.cc, the same function. */
const LARGEST_FACTOR = 127;

/** Whether a node has 16-bit activations. */
export function isWide({ inputs }: TypedNode): boolean {
  return inputs[0]!.dtype === 'int16';
}

/** Why the quantization of a layer of 16-bit activations does not suit it; its output channels lie along `axis`. */
export function rejectWide(node: TypedNode, axis: number): string | undefined {
  const [input, weights, bias] = node.inputs as readonly [Tensor, Tensor, Tensor | undefined];
  const output = node.outputs[0]!;
  const { rounding } = node.attrs as { readonly rounding: AnyRounding };
  if (rounding !== 'double') return 'on int16 it rounds as TFLite does';
  const plain = [input, weights, output].find(({ quant }) => !quant);
  if (plain) return `its tensor "${plain.name}" has no quantization`;
  const shifted = [input, weights, output].find(({ quant }) =>
    quant!.zeroPoints.some((z) => z !== 0),
  );
  if (shifted) return `its tensor "${shifted.name}" has a zero point, on int16 there is none`;
  const several = [input, output].find(({ quant }) => quant!.scales.length > 1);
  if (several) return `its tensor "${several.name}" has more than one scale`;
  const unfit = rejectWeights({ input, weights, bias, output }, axis) ?? rejectSums(node, axis);
  if (unfit) return unfit;
  const most = weights.quant!.scales.reduce((a, b) => Math.max(a, b), 0);
  return (perTensor(input).scale * most) / perTensor(output).scale < LARGEST_FACTOR
    ? undefined
    : 'its sums are multiplied by more than 127, beyond its arithmetic';
}

function rejectSums(node: TypedNode, axis: number): string | undefined {
  const [, weights] = node.inputs;
  const taps = elements(weights!) / weights!.shape[axis]!;
  const most = wideBiasOf(node, 0).reduce((size, b) => Math.max(size, Math.abs(b)), 0);
  return most + taps * LARGEST_PRODUCT < LARGEST_SUM ? undefined : `a sum may reach 2^47`;
}

/** The bias of a node with `channels` outputs, zeros when it has none. */
export function wideBiasOf(node: TypedNode, channels: number): number[] {
  const bias = node.inputs[2];
  return bias ? constantNumbers(bias) : Array<number>(channels).fill(0);
}

/** The stored output, before zero point and clamp, of a sum of a layer with 8-bit weights. */
export function requantizerOf(
  node: TypedNode<{ readonly rounding: AnyRounding }>,
  multipliers: readonly Multiplier[],
): (sum: number, channel: number) => number {
  if (sumsAreWide(node)) {
    const wide = multipliers.map(wideMultiplier);
    return (sum, channel) => multiplyWide(sum, wide[channel]!);
  }
  const { rounding } = node.attrs;
  return (sum, channel) => multiplyByQuantizedMultiplier(sum | 0, multipliers[channel]!, rounding);
}

function sumsAreWide(node: TypedNode): boolean {
  return isWide(node) && node.inputs[2]?.dtype !== 'int32';
}

/** How the kernels on int16 add up: in 64 bits, in 32 bits that hold any sum, or wrapping in 32 bits. */
export const SUMS_AXIS = { wide: '', fitting: '_fitting', narrow: '_narrow' } as const;

type Sums = keyof typeof SUMS_AXIS;

// How the kernels add up what a matrix of weights gives.
function sumsOf(node: TypedNode, { rows, columns, data }: WeightMatrix): Sums {
  if (!sumsAreWide(node)) return 'narrow';
  const fit = wideBiasOf(node, rows).every((bias, row) => {
    let size = Math.abs(bias);
    for (let k = 0; k < columns; k++) size += 32768 * Math.abs(data[row * columns + k]!);
    return size < 2 ** 31;
  });
  return fit ? 'fitting' : 'wide';
}

/** How a layer's sums are made and requantized, and what is stored for that. */
export interface WideLayer {
  readonly sums: Sums;
  /** As nn_requantize stores them for such sums. */
  readonly multipliers: readonly Multiplier[];
  /** As the kernels read it: one word for each output, or two, the lower one first. */
  readonly bias: ConstantArray;
  /** Bytes of bias and multipliers. */
  readonly bytes: number;
}

/** The same of a layer with the given weights and, for each output channel, multiplier. */
export function wideLayer(
  node: TypedNode,
  matrix: WeightMatrix,
  given: readonly Multiplier[],
): WideLayer {
  const sums = sumsOf(node, matrix);
  const multipliers = sums === 'narrow' ? given : given.map(wideMultiplier);
  const bias = wideBiasOf(node, matrix.rows);
  const words = sums === 'wide' ? bias.flatMap((b) => [b | 0, Math.floor(b / 2 ** 32)]) : bias;
  return {
    ...{ sums, multipliers, bias: table('bias', Int32Array.from(words)) },
    bytes: 4 * words.length + requantizeBytes(multipliers),
  };
}
