import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor, storedRange } from '../../ir/types.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
} from '../../support/fixed-point.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { real, rounding } from '../attributes.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
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
  integer(node) {
    const [input, output] = [perTensor(node.inputs[0]!), perTensor(node.outputs[0]!)];
    const { positive, negative, negates } = multipliersOf(node);
    return (x) => {
      const value = x - input.zeroPoint;
      const scaled = multiplyByQuantizedMultiplier(
        value,
        value >= 0 ? positive : negative,
        node.attrs.rounding,
      );
      const signed = value < 0 && negates ? -scaled : scaled;
      return clamp(signed + output.zeroPoint, ...storedRange(node.outputs[0]!.dtype));
    };
  },
  wide: wideKernel(),
  float({ alpha }) {
    return (x) => (x > 0 ? x : Math.fround(x * alpha));
  },
  f32: { template: 'leaky-relu-f32', fields: ({ alpha }) => ({ alpha }) },
});

type LeakyReluNode = TypedNode<LeakyReluAttrs>;

// The factors on both sides of zero, and whether the sign of what is below it turns.
function multipliersOf({ attrs, inputs, outputs }: LeakyReluNode) {
  const f = Math.fround;
  const [input, output] = [perTensor(inputs[0]!).scale, perTensor(outputs[0]!).scale];
  const slope = f(f(input * attrs.alpha) / output);
  return {
    positive: quantizeMultiplier(f(input / output)),
    negative: quantizeMultiplier(Math.abs(slope)),
    negates: slope < 0,
  };
}

function wideKernel(): Kernel<LeakyReluAttrs> {
  const units = unitFamily({
    name: 'nn_leaky_relu_s16',
    template: 'activation/leaky-relu-s16',
    headers: ['nn_types.h'],
    struct: struct(
      'nn_leaky_relu_s16_layer',
      'Leaky rectifier on 16 bits; factors of values that are not below zero, and of those that are.',
      {
        count: 'int32_t',
        multiplier: ['int32_t', 2],
        shift: ['int32_t', 2],
        negates: 'int32_t',
      },
    ),
    parameters: 'const int16_t *input, int16_t *output',
  });
  return {
    name: 'leaky_relu_s16_c',
    units: [units],
    reject: ({ inputs }) => (inputs[0]!.dtype === 'int16' ? undefined : 'takes int16'),
    cost: (node) => plainCost({ outputs: elements(node.outputs[0]!) }, [units({})]),
    code(node) {
      const { positive, negative, negates } = multipliersOf(node);
      return [
        call(units({}), {
          count: elements(node.outputs[0]!),
          multiplier: [positive.multiplier, negative.multiplier],
          shift: [positive.shift, negative.shift],
          negates: Number(negates),
        }),
      ];
    },
    inPlace: [0],
  };
}
