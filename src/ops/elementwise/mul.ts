import { perTensor } from '../../ir/types.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../support/fixed-point.ts';
import { defineBinary } from './binary.ts';
import type { BinaryNode } from './binary.ts';

/** Source: reference/integer_ops/mul.h, MulElementwise. */
export const mul = defineBinary({
  name: 'mul',
  summary: 'Product with broadcasting and a fused clamp',
  tflite: 'MUL',
  integer(node) {
    const [zeroA, zeroB] = node.inputs.map((input) => perTensor(input!).zeroPoint);
    const outputZero = perTensor(node.outputs[0]!).zeroPoint;
    const by = multiplier(node);
    return (a, b) =>
      multiplyByQuantizedMultiplier((a - zeroA!) * (b - zeroB!), by, node.attrs.rounding) +
      outputZero;
  },
  float: (a, b) => Math.fround(a * b),
  integerFields: (node) => ({
    zero_a: perTensor(node.inputs[0]!).zeroPoint,
    zero_b: perTensor(node.inputs[1]!).zeroPoint,
    zero: perTensor(node.outputs[0]!).zeroPoint,
    multiplier: multiplier(node).multiplier,
    shift: multiplier(node).shift,
  }),
  templates: { s8: 'mul-s8', f32: 'binary-f32' },
  view: { symbol: '*' },
});

function multiplier({ inputs, outputs }: BinaryNode) {
  const [a, b, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map((type) => perTensor(type).scale);
  return quantizeMultiplier((a! * b!) / out!);
}
