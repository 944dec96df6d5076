import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import { planeOf, WEIGHTED_WINDOW } from '../conv/conv2d.ts';
import { checkWindow, inputPlane, tflitePadding, windowOutput } from '../conv/geometry.ts';
import type { Window } from '../conv/geometry.ts';
import { defineOp } from '../op.ts';
import type { Op, Read } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import { poolKernels } from './pool.kernels.ts';
import { evaluateAverage, evaluateMax } from './pool.reference.ts';

export interface PoolAttrs extends Window {
  readonly activation: Activation;
  /** How an average of int8 is rounded: ties away from zero ('double'), or up as uint8 does. */
  readonly rounding: Rounding;
}

/** input [n, y, x, c] -> output [n, y, x, c]; padding does not count in the average */
export const averagePool = definePool({
  name: 'average_pool',
  summary: 'Average of a sliding window, padding not counted, with a fused clamp',
  evaluate: evaluateAverage,
  kernels: poolKernels('average'),
  tflite: { AVERAGE_POOL_2D: readPool },
});

/** input [n, y, x, c] -> output [n, y, x, c] */
export const maxPool = definePool({
  name: 'max_pool',
  summary: 'Maximum of a sliding window, with a fused clamp',
  evaluate: evaluateMax,
  kernels: poolKernels('max'),
  tflite: { MAX_POOL_2D: readPool },
});

type Specific = 'name' | 'summary' | 'evaluate' | 'kernels' | 'tflite';

function definePool(specific: Pick<Op<PoolAttrs>, Specific>): Op<PoolAttrs> {
  return defineOp<PoolAttrs>({
    ...specific,
    attributes: WEIGHTED_WINDOW,
    inferShapes(attrs, [input]) {
      const [batch, height, width, channels] = planeOf(input);
      return [[batch, ...windowOutput(attrs, height, width), channels]];
    },
    reject: rejectUnlessUniform,
    rows: ({ kernel, stride, padding }) => ({
      rows: kernel[0],
      stride: stride[0],
      padding: padding[0],
    }),
    quantize: 'same',
  });
}

function readPool(operator: TfliteOperator): Read<PoolAttrs> {
  const { options } = operator;
  const window = {
    kernel: [options.int(4), options.int(3)],
    stride: [options.int(2), options.int(1)],
    dilation: [1, 1],
  } as const;
  checkWindow(window);
  const padding = tflitePadding(options.byte(0), inputPlane(operator), window);
  const activation = tfliteActivation(options.byte(5));
  return { attrs: { ...window, padding, activation, rounding: 'double' } };
}
