import { z } from 'zod';
import type { AnyRounding } from '../../support/fixed-point.ts';
import { product } from '../../support/bytes.ts';
import type { Activation } from '../activation/clamp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import { clampedInAnyWay } from '../attributes.ts';
import { channelCount, rangesThrough, refolded } from '../channels.ts';
import type { Fixed } from '../float-rounding.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectMixedTypes } from '../types.ts';
import { checkBiasType } from '../conv/geometry.ts';
import { weightedChannels } from '../weighted-channels.ts';
import { denseKernels } from './dense.kernels.ts';
import { evaluateDense } from './dense.reference.ts';
import { denseMultipliers } from './multipliers.ts';

export interface DenseAttrs {
  readonly activation: Activation;
  readonly rounding: AnyRounding;
  /** Keep the input's leading dimensions instead of flattening them to one. */
  readonly keepDims: boolean;
}

/** The same in fixed-point arithmetic: what most kernels do. */
export type FixedDense = Fixed<DenseAttrs>;

/** input [n, k], weights [o, k], bias [o] -> output [n, o] */
export const dense = defineOp<DenseAttrs>({
  name: 'dense',
  summary: 'Fully connected layer with a fused clamp',
  attributes: z.strictObject({
    ...clampedInAnyWay,
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
  reject: (node) => rejectMixedTypes(node, 0),
  evaluate: evaluateDense,
  macs: ({ inputs, outputs }) => product(outputs[0]!.shape) * inputs[1]!.shape[1]!,
  kernels: denseKernels,
  quantize: 'measured',
  weights: { input: 1, axis: 0, bias: 2 },
  channels: weightedChannels<DenseAttrs>({
    rows({ inputs }) {
      const length = inputs[1]!.shape[1]!;
      const place = (row: number, k: number) => row * length + k;
      return { length, place, channel: (_, k) => k, padded: false };
    },
    columns({ inputs: [x, w] }, ranges) {
      const columns = { shape: [w!.shape[1]!] };
      return rangesThrough(refolded(x!, columns), ranges, channelCount(columns));
    },
    multipliers: denseMultipliers,
    // A row of weights takes whole pixels.
    flow: ({ inputs: [x, w] }) =>
      w!.shape[1]! % channelCount(x!) === 0 ? { kind: 'mixes', padded: false } : undefined,
  }),
  tflite: {
    FULLY_CONNECTED(operator) {
      const { options } = operator;
      if (options.byte(1) !== 0) throw new Unsupported('its weights are shuffled');
      checkBiasType(options.byte(4), operator, 2);
      // Whether float inputs are quantized on the way: there are no such layers here.
      options.bool(3);
      const activation = tfliteActivation(options.byte(0));
      return { attrs: { activation, rounding: 'double', keepDims: options.bool(2) } };
    },
  },
});
