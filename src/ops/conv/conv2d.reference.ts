import type { TypedNode, Value } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { activations, emptyValue, floats, int8s, numbers } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { clampRange } from '../activation/clamp.ts';
import { channelMultipliers } from '../requantize.ts';
import { requantizerOf } from '../wide.ts';
import type { Conv2dAttrs } from './conv2d.ts';

/** How the sum of one output, of channel o, comes about. */
interface Sums {
  start(o: number): number;
  /** With the products of one place of the window: of the input from `from` on, of the weights from `tap` on. */
  add(sum: number, o: number, from: number, tap: number): number;
  store(to: number, sum: number, o: number): void;
}

/**
 * A convolution of an input [batch, height, width, channels] with filters [outputs, height, width, depth],
 * each group of outputs on its own `depth` channels, and a bias [outputs].
 */
export function convolve(
  node: TypedNode<Conv2dAttrs>,
  input: Value,
  filters: Value,
  bias: Value | undefined,
): Value {
  const output = emptyValue(node.outputs[0]!);
  const sumsOf = output.type.dtype === 'float32' ? floatSums : integerSums;
  walk(node, filters.type.shape, sumsOf({ node, input, filters, bias, output }));
  return output;
}

function walk(
  { attrs, inputs, outputs }: TypedNode<Conv2dAttrs>,
  [outChannels = 0, kernelHeight = 0, kernelWidth = 0, depth = 0]: readonly number[],
  { start, add, store }: Sums,
): void {
  const { stride, dilation, padding } = attrs;
  const [batches = 0, inHeight = 0, inWidth = 0, inChannels = 0] = inputs[0]!.shape;
  const [, outHeight = 0, outWidth = 0] = outputs[0]!.shape;
  const perGroup = outChannels / (inChannels / depth);
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let o = 0; o < outChannels; o++) {
          const first = Math.floor(o / perGroup) * depth;
          let sum = start(o);
          for (let ky = 0; ky < kernelHeight; ky++) {
            const inY = y * stride[0] - padding[0] + ky * dilation[0];
            if (inY < 0 || inY >= inHeight) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const inX = x * stride[1] - padding[1] + kx * dilation[1];
              if (inX < 0 || inX >= inWidth) continue;
              const from = ((n * inHeight + inY) * inWidth + inX) * inChannels + first;
              sum = add(sum, o, from, ((o * kernelHeight + ky) * kernelWidth + kx) * depth);
            }
          }
          store(to++, sum, o);
        }
}

interface Operands {
  readonly node: TypedNode<Conv2dAttrs>;
  readonly input: Value;
  readonly filters: Value;
  readonly bias: Value | undefined;
  readonly output: Value;
}

/**
 * Source: tensorflow/lite/kernels/internal/reference/integer_ops/conv.h, ConvPerChannel, and
 * depthwise_conv.h, DepthwiseConvPerChannel, on int8 and on int16; the weights' zero point (legacy uint8 models):
 * reference/conv.h, Conv on uint8.
 */
function integerSums({ node, input, filters, bias, output }: Operands): Sums {
  const [outChannels = 0, , , depth = 0] = filters.type.shape;
  const [x, weights, out] = [activations(input), int8s(filters), activations(output)];
  const biases = bias && numbers(bias);
  const inputZero = perTensor(node.inputs[0]!).zeroPoint;
  const zeros = node.inputs[1]!.quant!.zeroPoints;
  const weightZeros = Array.from({ length: outChannels }, (_, o) => zeros[o] ?? zeros[0]!);
  const outputZero = perTensor(output.type).zeroPoint;
  const requantize = requantizerOf(node, channelMultipliers(node, outChannels));
  const [low, high] = clampRange(node.attrs.activation, output.type);
  return {
    start: (o) => (biases ? biases[o]! : 0),
    add(sum, o, from, tap) {
      const weightZero = weightZeros[o]!;
      for (let c = 0; c < depth; c++)
        sum += (x[from + c]! - inputZero) * (weights[tap + c]! - weightZero);
      return sum;
    },
    store(to, sum, o) {
      out[to] = clamp(requantize(sum, o) + outputZero, low, high);
    },
  };
}

/** Source: reference/conv.h, Conv, and depthwiseconv_float.h; sum in the order ky, kx, c, then the bias. */
function floatSums({ node, input, filters, bias, output }: Operands): Sums {
  const [x, weights, out] = [floats(input), floats(filters), floats(output)];
  const depth = filters.type.shape[3]!;
  const biases = bias && floats(bias);
  const [low, high] = clampRange(node.attrs.activation, output.type);
  return {
    start: () => 0,
    add(sum, _o, from, tap) {
      for (let c = 0; c < depth; c++)
        sum = Math.fround(sum + Math.fround(x[from + c]! * weights[tap + c]!));
      return sum;
    },
    store(to, sum, o) {
      out[to] = clamp(Math.fround(sum + (biases ? biases[o]! : 0)), low, high);
    },
  };
}
