import type { Tensor, TypedNode } from '../ir/types.ts';
import { perTensor } from '../ir/types.ts';
import { constantValue, floats, int32s, int8s } from '../ir/values.ts';
import type { WeightMatrix } from '../encode/encoding.ts';
import type { Multiplier } from '../support/fixed-point.ts';
import type { Target } from '../target/target.ts';

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

/** bias[o] - inputZero * sum(weights[o]): what kernels add that multiply the stored input. */
export function foldedBias(node: TypedNode, { rows, columns, data }: WeightMatrix): Int32Array {
  const bias = biasOf(node, rows);
  const { zeroPoint } = perTensor(node.inputs[0]!);
  return bias.map((b, row) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += data[row * columns + k]!;
    return b - zeroPoint * sum;
  });
}

/**
 * Why the DSP kernels cannot take these weights. The sum of each channel has to stay below
 * `limit`: 2^23 for weights in pairs, whose words sum 256 * A + B.
 */
export function rejectForDsp(
  node: TypedNode,
  matrix: WeightMatrix,
  multipliers: readonly Multiplier[],
  target: Target,
): string | undefined {
  if (!target.dsp) return 'needs the DSP extension';
  if (node.inputs[0]!.dtype !== 'int8') return 'takes int8';
  if (hasWeightZero(node.inputs[1]!)) return 'the weights have a zero point';
  if (matrix.data.includes(-128)) return 'a weight is -128';
  const odd = multipliers.find(({ shift }) => shift > -1 || shift < -31);
  if (odd) return `a requantization shift is ${odd.shift}, outside -31 to -1`;
  const largest = largestSum(node, matrix);
  return largest < 2 ** 23 ? undefined : `a sum may reach ${largest}, beyond 24 bits`;
}

function largestSum(node: TypedNode, matrix: WeightMatrix): number {
  const bias = foldedBias(node, matrix);
  let largest = 0;
  for (let row = 0; row < matrix.rows; row++) {
    let sum = Math.abs(bias[row]!);
    for (let k = 0; k < matrix.columns; k++)
      sum += 128 * Math.abs(matrix.data[row * matrix.columns + k]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}

/** An array lengthened with zeros to a multiple of four. */
export function padTo4(array: Int32Array): Int32Array {
  const padded = new Int32Array(Math.ceil(array.length / 4) * 4);
  padded.set(array);
  return padded;
}
