import type { TensorType } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../support/fixed-point.ts';
import * as integers from '../../support/integers.ts';
import { defineBinary } from './binary.ts';
import type { BinaryNode } from './binary.ts';

/** Stored values are shifted left by so much, so that the square of a difference fits 32 bits: on int8, on int16. */
const HEADROOM = 7;
const WIDE_HEADROOM = 0;
const f = Math.fround;

/** Source: tensorflow/lite/micro/kernels/squared_difference.cc, SquaredDifference. */
export const squaredDifference = defineBinary({
  name: 'squared_difference',
  summary: '(a - b)², with broadcasting',
  tflite: 'SQUARED_DIFFERENCE',
  read: () => ({ attrs: { activation: 'none', rounding: 'double' } }),
  integer(node) {
    const [zeroA, zeroB] = node.inputs.map((input) => perTensor(input!).zeroPoint);
    const { zeroPoint } = perTensor(node.outputs[0]!);
    const by = scales(node);
    const left = 2 ** headroom(node.outputs[0]!);
    const { rounding } = node.attrs;
    return (a, b) => {
      const x = multiplyByQuantizedMultiplier((a - zeroA!) * left, by.a, rounding);
      const y = multiplyByQuantizedMultiplier((b - zeroB!) * left, by.b, rounding);
      return multiplyByQuantizedMultiplier((x - y) ** 2, by.output, rounding) + zeroPoint;
    };
  },
  float: (a, b) => f(f(a - b) * f(a - b)),
  whole: { combine: integers.squaredDifference, c: 'nn_squared_difference(x, y)' },
  wide: { headroom: WIDE_HEADROOM, c: '(x - y) * (x - y)' },
  integerFields(node) {
    const { a, b, output } = scales(node);
    return {
      zero_a: perTensor(node.inputs[0]!).zeroPoint,
      zero_b: perTensor(node.inputs[1]!).zeroPoint,
      zero: perTensor(node.outputs[0]!).zeroPoint,
      ...{ multiplier_a: a.multiplier, shift_a: a.shift },
      ...{ multiplier_b: b.multiplier, shift_b: b.shift },
      ...{ multiplier: output.multiplier, shift: output.shift },
    };
  },
  // The least square lies between the ends: nothing is said of it.
  turns: () => undefined,
  templates: { s8: 'squared-difference-s8', f32: 'squared-difference-f32' },
  view: {},
});

function headroom({ dtype }: TensorType): number {
  return dtype === 'int16' ? WIDE_HEADROOM : HEADROOM;
}

function scales({ inputs, outputs }: BinaryNode) {
  const [a, b, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map((type) => f(perTensor(type).scale));
  const twice = 2 * Math.max(a!, b!);
  return {
    a: quantizeMultiplier(a! / twice),
    b: quantizeMultiplier(b! / twice),
    output: quantizeMultiplier((twice * twice) / f(2 ** (2 * headroom(outputs[0]!)) * out!)),
  };
}
