import { z } from 'zod';
import type { TensorType } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
} from '../../support/fixed-point.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { clamped } from '../attributes.ts';
import { clampRange } from './clamp.ts';
import type { Activation } from './clamp.ts';
import { rescaleKernel } from '../quantize/rescale.kernel.ts';
import { defineUnary } from './unary.ts';

export interface ReluAttrs {
  readonly activation: Activation;
  readonly rounding: Rounding;
}

const reader = (activation: Activation) => (): ReluAttrs => ({ activation, rounding: 'double' });

/** Source: tensorflow/lite/kernels/activations.cc, QuantizedReluX: rescaled, then clamped. */
export const relu = defineUnary<ReluAttrs>({
  name: 'relu',
  summary: 'RELU, RELU6 and RELU_N1_TO_1 that could not be fused',
  attributes: z.strictObject({
    ...clamped,
  }),
  tflite: {
    RELU: reader('relu'),
    RELU6: reader('relu6'),
    RELU_N1_TO_1: reader('relu_n1_to_1'),
  },
  integer({ attrs, inputs, outputs }) {
    const [input, output] = [perTensor(inputs[0]!), perTensor(outputs[0]!)];
    const by = multiplierOf(inputs[0]!, outputs[0]!);
    const [low, high] = clampRange(attrs.activation, outputs[0]!);
    return (x) => {
      const scaled = multiplyByQuantizedMultiplier(x - input.zeroPoint, by, attrs.rounding);
      return clamp(scaled + output.zeroPoint, low, high);
    };
  },
  wide: rescaleKernel({
    name: 'relu_s16_c',
    pairs: [['int16', 'int16']],
    multiplier: ({ inputs, outputs }) => multiplierOf(inputs[0]!, outputs[0]!),
    limits: ({ attrs, outputs }) => clampRange(attrs.activation, outputs[0]!),
  }),
  float({ activation }) {
    const [low, high] = clampRange(activation, { dtype: 'float32', shape: [] });
    return (x) => clamp(x, low, high);
  },
  f32: {
    template: 'relu-f32',
    fields({ activation }) {
      const [low, high] = clampRange(activation, { dtype: 'float32', shape: [] });
      return { low, high };
    },
  },
});

function multiplierOf(input: TensorType, output: TensorType) {
  return quantizeMultiplier(Math.fround(perTensor(input).scale / perTensor(output).scale));
}
