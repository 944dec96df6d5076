import type { TypedNode, Value } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { emptyValue, floats, int32s, int8s } from '../../ir/values.ts';
import { clamp, multiplyByQuantizedMultiplier } from '../../support/fixed-point.ts';
import { clampRange } from '../activation/clamp.ts';
import { channelMultipliers } from '../requantize.ts';
import type { DepthwiseAttrs } from './depthwise.ts';

export function evaluateDepthwise(
  node: TypedNode<DepthwiseAttrs>,
  inputs: readonly (Value | undefined)[],
): Value[] {
  return [
    node.outputs[0]!.dtype === 'float32' ? depthwiseF32(node, inputs) : depthwiseS8(node, inputs),
  ];
}

/** Source: reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel. */
function depthwiseS8(
  node: TypedNode<DepthwiseAttrs>,
  [x, w, b]: readonly (Value | undefined)[],
): Value {
  const { stride, dilation, padding, activation, rounding } = node.attrs;
  const [batches = 0, inHeight = 0, inWidth = 0, inChannels = 0] = node.inputs[0]!.shape;
  const [, kernelHeight = 0, kernelWidth = 0, outChannels = 0] = node.inputs[1]!.shape;
  const output = emptyValue(node.outputs[0]!);
  const [, outHeight = 0, outWidth = 0] = output.type.shape;
  const [input, weights, out] = [int8s(x), int8s(w), int8s(output)];
  const bias = b && int32s(b);
  const inputZero = perTensor(node.inputs[0]!).zeroPoint;
  const weightZeros = node.inputs[1]!.quant!.zeroPoints;
  const outputZero = perTensor(output.type).zeroPoint;
  const multipliers = channelMultipliers(node, outChannels);
  const [low, high] = clampRange(activation, output.type);
  const depthMultiplier = outChannels / inChannels;
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let o = 0; o < outChannels; o++) {
          const c = Math.floor(o / depthMultiplier);
          const weightZero = weightZeros.length > 1 ? weightZeros[o]! : weightZeros[0]!;
          let sum = bias ? bias[o]! : 0;
          for (let ky = 0; ky < kernelHeight; ky++) {
            const inY = y * stride[0] - padding[0] + ky * dilation[0];
            if (inY < 0 || inY >= inHeight) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const inX = x * stride[1] - padding[1] + kx * dilation[1];
              if (inX < 0 || inX >= inWidth) continue;
              const from = ((n * inHeight + inY) * inWidth + inX) * inChannels + c;
              const tap = (ky * kernelWidth + kx) * outChannels + o;
              sum += (input[from]! - inputZero) * (weights[tap]! - weightZero);
            }
          }
          const scaled = multiplyByQuantizedMultiplier(sum | 0, multipliers[o]!, rounding);
          out[to++] = clamp(scaled + outputZero, low, high);
        }
  return output;
}

/** Source: reference/depthwiseconv_float.h, DepthwiseConv; sum in the order ky, kx, then the bias. */
function depthwiseF32(
  node: TypedNode<DepthwiseAttrs>,
  [x, w, b]: readonly (Value | undefined)[],
): Value {
  const { stride, dilation, padding, activation } = node.attrs;
  const [batches = 0, inHeight = 0, inWidth = 0, inChannels = 0] = node.inputs[0]!.shape;
  const [, kernelHeight = 0, kernelWidth = 0, outChannels = 0] = node.inputs[1]!.shape;
  const output = emptyValue(node.outputs[0]!);
  const [, outHeight = 0, outWidth = 0] = output.type.shape;
  const [input, weights, out] = [floats(x), floats(w), floats(output)];
  const bias = b && floats(b);
  const [low, high] = clampRange(activation, output.type);
  const depthMultiplier = outChannels / inChannels;
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let o = 0; o < outChannels; o++) {
          const c = Math.floor(o / depthMultiplier);
          let sum = 0;
          for (let ky = 0; ky < kernelHeight; ky++) {
            const inY = y * stride[0] - padding[0] + ky * dilation[0];
            if (inY < 0 || inY >= inHeight) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const inX = x * stride[1] - padding[1] + kx * dilation[1];
              if (inX < 0 || inX >= inWidth) continue;
              const from = ((n * inHeight + inY) * inWidth + inX) * inChannels + c;
              const tap = (ky * kernelWidth + kx) * outChannels + o;
              sum = Math.fround(sum + Math.fround(input[from]! * weights[tap]!));
            }
          }
          out[to++] = clamp(Math.fround(sum + (bias ? bias[o]! : 0)), low, high);
        }
  return output;
}
