import type { Tensor, TensorType } from '../ir/types.ts';
import { constantValue, floats } from '../ir/values.ts';
import { bytesOf, product } from '../support/bytes.ts';
import { clamp } from '../support/fixed-point.ts';

/** Stored biases stay below this, so that sums fit the kernels that add two channels in a word. */
export const LARGEST_BIAS = 2 ** 22;

/**
 * Weights as int8, symmetric, with a scale for each index along `axis`, or one for all: the largest
 * magnitude becomes 127. Where the bias would be too large in units of that scale, the scale grows.
 */
export function quantizeWeights(
  weights: Tensor,
  { axis, perLayer = false }: { readonly axis: number; readonly perLayer?: boolean },
  inputScale: number,
  bias: Tensor | undefined,
): [TensorType, Uint8Array] {
  const values = floats(constantValue(weights));
  const biases = bias && floats(constantValue(bias));
  const channels = weights.shape[axis]!;
  const inner = product(weights.shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const most = new Float64Array(channels);
  values.forEach((x, i) => (most[channelOf(i)] = Math.max(most[channelOf(i)]!, Math.abs(x))));
  if (perLayer) most.fill(most.reduce((a, b) => Math.max(a, b), 0));
  const each = Array.from(most, (largest, c) => {
    const forBias = Math.abs(biases?.[c] ?? 0) / (inputScale * LARGEST_BIAS);
    return Math.fround(Math.max(largest / 127, forBias)) || 1;
  });
  const scales = perLayer ? [Math.max(...each)] : each;
  const scaleOf = (i: number) => scales[perLayer ? 0 : channelOf(i)]!;
  const stored = Int8Array.from(values, (x, i) => clamp(Math.round(x / scaleOf(i)), -127, 127));
  const quant = { scales, zeroPoints: scales.map(() => 0), axis };
  return [{ dtype: 'int8', shape: weights.shape, quant }, bytesOf(stored)];
}

/** Bias as int32 in units of input scale times weight scale. */
export function quantizeBias(
  bias: Tensor,
  input: Tensor,
  weights: Tensor,
): [TensorType, Uint8Array] {
  const inputScale = input.quant!.scales[0]!;
  const scales = weights.quant!.scales.map((scale) => Math.fround(inputScale * scale));
  const stored = Int32Array.from(floats(constantValue(bias)), (b, c) =>
    Math.round(b / scales[c % scales.length]!),
  );
  const quant = { scales, zeroPoints: scales.map(() => 0), axis: 0 };
  return [{ dtype: 'int32', shape: bias.shape, quant }, bytesOf(stored)];
}
