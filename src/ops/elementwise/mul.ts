import { perTensor } from '../../ir/types.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../support/fixed-point.ts';
import { clampRange } from '../activation/clamp.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { ROUNDING_AXIS } from '../requantize.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import * as longs from '../../support/long-integers.ts';
import { defineBinary } from './binary.ts';
import type { BinaryAttrs, BinaryNode } from './binary.ts';
import { loopFields, loopWork, NESTED_LOOPS } from './loops.ts';

const MUL_RIGHT = struct(
  'nn_mul_right',
  'A product whose multiplier shifts to the right; odd_zero: twice the zero point, and 1.',
  {
    loops: NESTED_LOOPS,
    zero_a: 'int16_t',
    zero_b: 'int16_t',
    odd_zero: 'int16_t',
    right: 'int16_t',
    low: 'int16_t',
    high: 'int16_t',
    multiplier: 'int32_t',
  },
);

/** Source: reference/integer_ops/mul.h, MulElementwise. */
export const mul = defineBinary({
  name: 'mul',
  summary: 'Product with broadcasting and a fused clamp',
  tflite: 'MUL',
  zeros: true,
  integer(node) {
    const [zeroA, zeroB] = node.inputs.map((input) => perTensor(input!).zeroPoint);
    const outputZero = perTensor(node.outputs[0]!).zeroPoint;
    const by = multiplier(node);
    return (a, b) =>
      multiplyByQuantizedMultiplier((a - zeroA!) * (b - zeroB!), by, node.attrs.rounding) +
      outputZero;
  },
  float: (a, b) => Math.fround(a * b),
  whole: {
    combine: Math.imul,
    c: 'nn_mul(x, y)',
    long: { combine: longs.mul, c: 'nn_long_mul(x, y)' },
  },
  wide: { c: 'x * y' },
  integerFields: (node) => ({
    zero_a: perTensor(node.inputs[0]!).zeroPoint,
    zero_b: perTensor(node.inputs[1]!).zeroPoint,
    zero: perTensor(node.outputs[0]!).zeroPoint,
    multiplier: multiplier(node).multiplier,
    shift: multiplier(node).shift,
  }),
  kernels: [rightKernel()],
  // Products of 8 bits stay below 2^17.
  turns: (node) => (multiplier(node).shift > 13 ? undefined : []),
  templates: { s8: 'mul-s8', f32: 'binary-f32' },
  view: { symbol: '*' },
});

function multiplier({ inputs, outputs }: BinaryNode) {
  const [a, b, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map((type) => perTensor(type).scale);
  return quantizeMultiplier((a! * b!) / out!);
}

// Where the multiplier is below one half, a single high product does it.
function rightKernel(): Kernel<BinaryAttrs> {
  const units = unitFamily({
    name: 'nn_mul_right_s8',
    template: 'elementwise/mul-right',
    headers: ['nn_elementwise.h', 'nn_dsp.h'],
    struct: MUL_RIGHT,
    parameters: 'const int8_t *a, const int8_t *b, int8_t *output',
    axes: { rounding: ROUNDING_AXIS },
  });
  return {
    name: 'mul_right_s8_c',
    units: [units],
    reject(node) {
      if (node.outputs[0]!.dtype !== 'int8') return 'takes int8';
      const { shift } = multiplier(node);
      return shift < -22 || shift > -1 ? `the shift is ${shift}, outside -22 to -1` : undefined;
    },
    cost: (node) => plainCost(loopWork(node), [units({ rounding: node.attrs.rounding })]),
    code(node) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      const by = multiplier(node);
      const fields = {
        loops: loopFields(node),
        zero_a: perTensor(node.inputs[0]!).zeroPoint,
        zero_b: perTensor(node.inputs[1]!).zeroPoint,
        odd_zero: 2 * perTensor(node.outputs[0]!).zeroPoint + 1,
        right: -by.shift,
        ...{ low, high, multiplier: by.multiplier },
      };
      return [call(units({ rounding: node.attrs.rounding }), fields, { inputs: [0, 1] })];
    },
    inPlace: [0, 1],
  };
}
