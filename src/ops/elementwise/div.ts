import { perTensor, storedRange } from '../../ir/types.ts';
import {
  doublingHighMul,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
} from '../../support/fixed-point.ts';
import * as integers from '../../support/integers.ts';
import { oneOverOnePlus } from '../gemmlowp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import * as longs from '../../support/long-integers.ts';
import { defineBinary } from './binary.ts';
import type { BinaryNode } from './binary.ts';

const f = Math.fround;

/** Source: reference/div.h, DivElementwise; what is divided by 0 becomes as large as it can. */
export const div = defineBinary({
  name: 'div',
  summary: 'Quotient with broadcasting and a fused clamp',
  tflite: 'DIV',
  read: ({ options }) => ({
    attrs: { activation: tfliteActivation(options.byte(0)), rounding: 'double' },
  }),
  integer(node) {
    const [zeroA, zeroB] = node.inputs.map((input) => perTensor(input!).zeroPoint);
    const { zeroPoint } = perTensor(node.outputs[0]!);
    const by = multiplier(node);
    const [low, high] = storedRange('int8');
    return (a, b) => {
      const divisor = b - zeroB!;
      const value = divisor < 0 ? zeroA! - a : a - zeroA!;
      if (divisor === 0) return value < 0 ? low : high;
      return quotient(value, Math.abs(divisor), by) + zeroPoint;
    };
  },
  float: (a, b) => f(a / b),
  whole: {
    combine: integers.div,
    c: 'nn_div(x, y)',
    long: { combine: longs.div, c: 'nn_long_div(x, y)' },
  },
  integerFields: (node) => ({
    zero_a: perTensor(node.inputs[0]!).zeroPoint,
    zero_b: perTensor(node.inputs[1]!).zeroPoint,
    zero: perTensor(node.outputs[0]!).zeroPoint,
    ...multiplier(node),
  }),
  turns: () => undefined,
  templates: { s8: 'div-s8', f32: 'binary-f32' },
  view: { symbol: '/' },
  header: 'nn_softmax.h',
});

function multiplier({ inputs, outputs }: BinaryNode) {
  const [a, b, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map((type) => f(perTensor(type).scale));
  return quantizeMultiplier(f(a! / f(b! * out!)));
}

// value / divisor times a multiplier, by the divisor's reciprocal in Q0.
function quotient(value: number, divisor: number, by: ReturnType<typeof multiplier>): number {
  const zeros = Math.clz32(divisor);
  const reciprocal = oneOverOnePlus(((divisor << zeros) >>> 0) - 2 ** 31);
  const headroom = Math.clz32(value < 0 ? ~value : value) - 1;
  const unscaled = doublingHighMul(value * 2 ** headroom, reciprocal);
  const shift = by.shift - (31 - zeros) - headroom;
  return multiplyByQuantizedMultiplier(unscaled, { ...by, shift: Math.max(shift, -31) }, 'double');
}
