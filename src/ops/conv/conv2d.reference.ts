import type { TypedNode, Value } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { emptyValue, floats, int32s, int8s } from '../../ir/values.ts';
import { clamp, multiplyByQuantizedMultiplier } from '../../support/fixed-point.ts';
import { clampRange } from '../activation/clamp.ts';
import { channelMultipliers } from '../requantize.ts';
import type { Conv2dAttrs } from './conv2d.ts';

export function evaluateConv2d(
  node: TypedNode<Conv2dAttrs>,
  inputs: readonly (Value | undefined)[],
): Value[] {
  return [
    node.outputs[0]!.dtype === 'float32' ? convolveF32(node, inputs) : convolveS8(node, inputs),
  ];
}

/**
 * Source: tensorflow/lite/kernels/internal/reference/integer_ops/conv.h, ConvPerChannel; the
 * weights' zero point (legacy uint8 models): reference/conv.h, Conv on uint8.
 */
function convolveS8(
  node: TypedNode<Conv2dAttrs>,
  [x, w, b]: readonly (Value | undefined)[],
): Value {
  const { stride, dilation, padding, activation, rounding } = node.attrs;
  const [batches = 0, inHeight = 0, inWidth = 0, inChannels = 0] = node.inputs[0]!.shape;
  const [outChannels = 0, kernelHeight = 0, kernelWidth = 0, depth = 0] = node.inputs[1]!.shape;
  const output = emptyValue(node.outputs[0]!);
  const [, outHeight = 0, outWidth = 0] = output.type.shape;
  const [input, weights, out] = [int8s(x), int8s(w), int8s(output)];
  const bias = b && int32s(b);
  const inputZero = perTensor(node.inputs[0]!).zeroPoint;
  const weightZeros = node.inputs[1]!.quant!.zeroPoints;
  const outputZero = perTensor(output.type).zeroPoint;
  const multipliers = channelMultipliers(node, outChannels);
  const [low, high] = clampRange(activation, output.type);
  const perGroup = outChannels / (inChannels / depth);
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let o = 0; o < outChannels; o++) {
          const first = Math.floor(o / perGroup) * depth;
          const weightZero = weightZeros.length > 1 ? weightZeros[o]! : weightZeros[0]!;
          let sum = bias ? bias[o]! : 0;
          for (let ky = 0; ky < kernelHeight; ky++) {
            const inY = y * stride[0] - padding[0] + ky * dilation[0];
            if (inY < 0 || inY >= inHeight) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const inX = x * stride[1] - padding[1] + kx * dilation[1];
              if (inX < 0 || inX >= inWidth) continue;
              const from = ((n * inHeight + inY) * inWidth + inX) * inChannels + first;
              const tap = ((o * kernelHeight + ky) * kernelWidth + kx) * depth;
              for (let c = 0; c < depth; c++)
                sum += (input[from + c]! - inputZero) * (weights[tap + c]! - weightZero);
            }
          }
          const scaled = multiplyByQuantizedMultiplier(sum | 0, multipliers[o]!, rounding);
          out[to++] = clamp(scaled + outputZero, low, high);
        }
  return output;
}

/** Source: reference/conv.h, Conv; sum in the order ky, kx, c, then the bias. */
function convolveF32(
  node: TypedNode<Conv2dAttrs>,
  [x, w, b]: readonly (Value | undefined)[],
): Value {
  const { stride, dilation, padding, activation } = node.attrs;
  const [batches = 0, inHeight = 0, inWidth = 0, inChannels = 0] = node.inputs[0]!.shape;
  const [outChannels = 0, kernelHeight = 0, kernelWidth = 0, depth = 0] = node.inputs[1]!.shape;
  const output = emptyValue(node.outputs[0]!);
  const [, outHeight = 0, outWidth = 0] = output.type.shape;
  const [input, weights, out] = [floats(x), floats(w), floats(output)];
  const bias = b && floats(b);
  const [low, high] = clampRange(activation, output.type);
  const perGroup = outChannels / (inChannels / depth);
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let o = 0; o < outChannels; o++) {
          const first = Math.floor(o / perGroup) * depth;
          let sum = 0;
          for (let ky = 0; ky < kernelHeight; ky++) {
            const inY = y * stride[0] - padding[0] + ky * dilation[0];
            if (inY < 0 || inY >= inHeight) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const inX = x * stride[1] - padding[1] + kx * dilation[1];
              if (inX < 0 || inX >= inWidth) continue;
              const from = ((n * inHeight + inY) * inWidth + inX) * inChannels + first;
              const tap = ((o * kernelHeight + ky) * kernelWidth + kx) * depth;
              for (let c = 0; c < depth; c++)
                sum = Math.fround(sum + Math.fround(input[from + c]! * weights[tap + c]!));
            }
          }
          out[to++] = clamp(Math.fround(sum + (bias ? bias[o]! : 0)), low, high);
        }
  return output;
}
