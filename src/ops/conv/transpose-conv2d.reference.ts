import type { TypedNode, Value } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { activations, emptyValue, floats, int8s, numbers } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { clampRange } from '../activation/clamp.ts';
import { requantizerOf } from '../wide.ts';
import { multipliersOf } from './fields.ts';
import type { TransposeConv2dAttrs } from './transpose-conv2d.ts';

type Node = TypedNode<TransposeConv2dAttrs>;

/** Source: reference/transpose_conv.h and integer_ops/transpose_conv.h, TransposeConv. */
export function evaluateTransposeConv2d(
  node: Node,
  [x, w, b]: readonly (Value | undefined)[],
): Value[] {
  const output = emptyValue(node.outputs[0]!);
  const [low, high] = clampRange(node.attrs.activation, output.type);
  if (output.type.dtype === 'float32') {
    const [input, weights, out] = [floats(x), floats(w), floats(output)];
    const bias = b && floats(b);
    forEachOutput(node, (to, o, taps) => {
      let sum = 0;
      for (const [from, tap] of taps)
        sum = Math.fround(sum + Math.fround(input[from]! * weights[tap]!));
      out[to] = clamp(Math.fround(sum + (bias?.[o] ?? 0)), low, high);
    });
    return [output];
  }
  const [input, weights, out] = [activations(x), int8s(w), activations(output)];
  const bias = b && numbers(b);
  const inputZero = perTensor(node.inputs[0]!).zeroPoint;
  const weightZero = node.inputs[1]!.quant!.zeroPoints[0]!;
  const { zeroPoint } = perTensor(output.type);
  const requantize = requantizerOf(node, multipliersOf(node, output.type.shape[3]!));
  forEachOutput(node, (to, o, taps) => {
    let sum = bias?.[o] ?? 0;
    for (const [from, tap] of taps)
      sum += (input[from]! - inputZero) * (weights[tap]! - weightZero);
    out[to] = clamp(requantize(sum, o) + zeroPoint, low, high);
  });
  return [output];
}

// For each output, its channel and the places of inputs and weights that it sums, in the order ky, kx, c.
function forEachOutput(
  { attrs, inputs, outputs }: Node,
  visit: (to: number, channel: number, taps: Iterable<readonly [number, number]>) => void,
): void {
  const { stride, padding, kernel } = attrs;
  const [batches = 0, inHeight = 0, inWidth = 0, depth = 0] = inputs[0]!.shape;
  const [, outHeight = 0, outWidth = 0, outChannels = 0] = outputs[0]!.shape;
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let y = 0; y < outHeight; y++)
      for (let x = 0; x < outWidth; x++)
        for (let o = 0; o < outChannels; o++) visit(to++, o, taps(n, y, x, o));

  function* taps(n: number, y: number, x: number, o: number): Generator<readonly [number, number]> {
    for (let ky = 0; ky < kernel[0]; ky++) {
      const inY = (y + padding[0] - ky) / stride[0];
      if (!Number.isInteger(inY) || inY < 0 || inY >= inHeight) continue;
      for (let kx = 0; kx < kernel[1]; kx++) {
        const inX = (x + padding[1] - kx) / stride[1];
        if (!Number.isInteger(inX) || inX < 0 || inX >= inWidth) continue;
        const from = ((n * inHeight + inY) * inWidth + inX) * depth;
        const tap = ((o * kernel[0] + ky) * kernel[1] + kx) * depth;
        for (let c = 0; c < depth; c++) yield [from + c, tap + c];
      }
    }
  }
}
