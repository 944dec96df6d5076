import { perTensor } from '../../ir/types.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../support/fixed-point.ts';
import { defineBinary } from './binary.ts';
import type { BinaryNode } from './binary.ts';

/** Source: reference/prelu.h, BroadcastPrelu4DSlow; negative inputs are scaled by alpha. */
export const prelu = defineBinary({
  name: 'prelu',
  summary: 'Parametric rectifier: negative values times a learned slope',
  tflite: 'PRELU',
  read: () => ({ attrs: { activation: 'none', rounding: 'double' } }),
  integer(node) {
    const [zero, zeroAlpha] = node.inputs.map((input) => perTensor(input!).zeroPoint);
    const outputZero = perTensor(node.outputs[0]!).zeroPoint;
    const { positive, negative } = multipliers(node);
    return (x, alpha) => {
      const value = x - zero!;
      const [product, by] =
        value >= 0 ? [value, positive] : [value * (alpha - zeroAlpha!), negative];
      return multiplyByQuantizedMultiplier(product, by, node.attrs.rounding) + outputZero;
    };
  },
  float: (x, alpha) => (x >= 0 ? x : Math.fround(x * alpha)),
  integerFields(node) {
    const { positive, negative } = multipliers(node);
    return {
      zero_a: perTensor(node.inputs[0]!).zeroPoint,
      zero_b: perTensor(node.inputs[1]!).zeroPoint,
      zero: perTensor(node.outputs[0]!).zeroPoint,
      multiplier_a: positive.multiplier,
      shift_a: positive.shift,
      multiplier_b: negative.multiplier,
      shift_b: negative.shift,
    };
  },
  // Products of 8 bits stay below 2^17; from the zero point on, the slope is another.
  turns(node) {
    const { zeroPoint } = perTensor(node.inputs[0]!);
    const wraps = Object.values(multipliers(node)).some(({ shift }) => shift > 13);
    return wraps ? undefined : [zeroPoint - 1, zeroPoint];
  },
  templates: { s8: 'prelu-s8', f32: 'prelu-f32' },
  view: {},
});

function multipliers({ inputs, outputs }: BinaryNode) {
  const [x, alpha, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map(
    (type) => perTensor(type).scale,
  );
  return {
    positive: quantizeMultiplier(x! / out!),
    negative: quantizeMultiplier((x! * alpha!) / out!),
  };
}
