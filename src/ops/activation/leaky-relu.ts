import { z } from 'zod';
import { perTensor } from '../../ir/types.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
} from '../../support/fixed-point.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { real, rounding } from '../attributes.ts';
import { defineUnary } from './unary.ts';

export interface LeakyReluAttrs {
  readonly alpha: number;
  readonly rounding: Rounding;
}

/** Source: reference/leaky_relu.h, QuantizeLeakyRelu; ratios in single precision. */
export const leakyRelu = defineUnary<LeakyReluAttrs>({
  name: 'leaky_relu',
  summary: 'Rectifier with a fixed slope for negative values',
  attributes: z.strictObject({ alpha: real, rounding }),
  tflite: { LEAKY_RELU: ({ options }) => ({ alpha: options.float(0), rounding: 'double' }) },
  integer({ attrs, inputs, outputs }) {
    const f = Math.fround;
    const [input, output] = [perTensor(inputs[0]!), perTensor(outputs[0]!)];
    const identity = quantizeMultiplier(f(input.scale / output.scale));
    const slope = f(f(input.scale * attrs.alpha) / output.scale);
    const alpha = quantizeMultiplier(Math.abs(slope));
    return (x) => {
      const value = x - input.zeroPoint;
      const scaled = multiplyByQuantizedMultiplier(
        value,
        value >= 0 ? identity : alpha,
        attrs.rounding,
      );
      const signed = value < 0 && slope < 0 ? -scaled : scaled;
      return clamp(signed + output.zeroPoint, -128, 127);
    };
  },
  float({ alpha }) {
    return (x) => (x > 0 ? x : Math.fround(x * alpha));
  },
  f32: { template: 'leaky-relu-f32', fields: ({ alpha }) => ({ alpha }) },
});
