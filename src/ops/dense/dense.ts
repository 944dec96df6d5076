import { z } from 'zod';
import type { Rounding } from '../../support/fixed-point.ts';
import { product } from '../../support/bytes.ts';
import type { Activation } from '../activation/clamp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import * as attributes from '../attributes.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectMixedTypes } from '../types.ts';
import { denseKernels } from './dense.kernels.ts';
import { evaluateDense } from './dense.reference.ts';

export interface DenseAttrs {
  readonly activation: Activation;
  readonly rounding: Rounding;
  /** Keep the input's leading dimensions instead of flattening them to one. */
  readonly keepDims: boolean;
}

/** input [n, k], weights [o, k], bias [o] -> output [n, o] */
export const dense = defineOp<DenseAttrs>({
  name: 'dense',
  summary: 'Fully connected layer with a fused clamp',
  attributes: z.strictObject({
    activation: attributes.activation,
    rounding: attributes.rounding,
    keepDims: z.boolean(),
  }),
  operands: 2,
  inferShapes({ keepDims }, [input, weights]) {
    const [outputs = 0, depth = 0] = weights?.shape ?? [];
    const size = product(input?.shape ?? []);
    if (weights?.shape.length !== 2 || !input || depth === 0 || size % depth !== 0) {
      throw new Unsupported(`its input of ${size} values does not divide into rows of ${depth}`);
    }
    if (keepDims && input.shape.at(-1) === depth) return [[...input.shape.slice(0, -1), outputs]];
    return [[size / depth, outputs]];
  },
  reject: rejectMixedTypes,
  evaluate: evaluateDense,
  macs: ({ inputs, outputs }) => product(outputs[0]!.shape) * inputs[1]!.shape[1]!,
  kernels: denseKernels,
  quantize: 'measured',
  weights: { input: 1, axis: 0, bias: 2 },
  tflite: {
    FULLY_CONNECTED(operator) {
      const { options } = operator;
      if (options.byte(1) !== 0) throw new Unsupported('its weights are shuffled');
      const activation = tfliteActivation(options.byte(0));
      return { attrs: { activation, rounding: 'double', keepDims: options.bool(2) } };
    },
  },
});
