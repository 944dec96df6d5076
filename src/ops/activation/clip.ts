import { z } from 'zod';
import { perTensor } from '../../ir/types.ts';
import { clamp, roundHalfAway } from '../../support/fixed-point.ts';
import { real } from '../attributes.ts';
import { defineUnary } from './unary.ts';

export interface ClipAttrs {
  readonly low: number;
  readonly high: number;
}

const LARGEST_FLOAT = 3.4028234663852886e38;
const limit = z.union([real, z.literal([Infinity, -Infinity])]);

/** ONNX's Clip: values between two limits. In int8, real numbers are rounded half away from zero. */
export const clip = defineUnary<ClipAttrs>({
  name: 'clip',
  summary: 'Values kept between two limits (ONNX Clip)',
  attributes: z.strictObject({ low: limit, high: limit }).refine(({ low, high }) => low <= high),
  tflite: {},
  integer({ attrs, inputs, outputs }) {
    const [input, output] = [perTensor(inputs[0]!), perTensor(outputs[0]!)];
    return (x) => {
      const real = clamp(input.scale * (x - input.zeroPoint), attrs.low, attrs.high);
      return clamp(roundHalfAway(real / output.scale) + output.zeroPoint, -128, 127);
    };
  },
  float(attrs) {
    const { low, high } = limits(attrs);
    return (x) => clamp(x, low, high);
  },
  f32: { template: 'relu-f32', fields: limits },
});

// Infinite limits become the largest floats.
function limits({ low, high }: ClipAttrs) {
  return {
    low: Math.fround(Math.max(low, -LARGEST_FLOAT)),
    high: Math.fround(Math.min(high, LARGEST_FLOAT)),
  };
}
