import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { clampRange, tfliteActivation } from '../activation/clamp.ts';
import { clampedWindow } from '../attributes.ts';
import { planeOf } from '../conv/conv2d.ts';
import {
  checkWindow,
  inputPlane,
  tflitePadding,
  windowOutput,
  windowRows,
} from '../conv/geometry.ts';
import type { Window } from '../conv/geometry.ts';
import { carried, rangesFrom, wholeRanges } from '../channels.ts';
import { clamp } from '../../support/fixed-point.ts';
import type { TypedNode } from '../../ir/types.ts';
import { defineOp } from '../op.ts';
import type { Op, Read } from '../op.ts';
import { rejectUnlessCopy, rejectUnlessUniformCopy, rejectUnlessUniformWide } from '../types.ts';
import { isWide } from '../wide.ts';
import { poolKernels } from './pool.kernels.ts';
import { evaluateAverage, evaluateMax } from './pool.reference.ts';

export interface PoolAttrs extends Window {
  readonly activation: Activation;
  /** How an average of whole numbers is rounded: ties away from zero ('double'), or up as uint8 does. */
  readonly rounding: Rounding;
}

/** input [n, y, x, c] -> output [n, y, x, c]; padding does not count in the average */
export const averagePool = definePool({
  name: 'average_pool',
  summary: 'Average of a sliding window, padding not counted, with a fused clamp',
  rejectPlane: rejectEmptyWindows,
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

interface Pool extends Pick<Op<PoolAttrs>, Specific> {
  /** Why its windows do not suit it; undefined when they do. */
  readonly rejectPlane?: Op<PoolAttrs>['reject'];
}

function definePool({ rejectPlane, ...specific }: Pool): Op<PoolAttrs> {
  return defineOp<PoolAttrs>({
    ...specific,
    attributes: clampedWindow,
    inferShapes(attrs, [input]) {
      const [batch, height, width, channels] = planeOf(input);
      return [[batch, ...windowOutput(attrs, height, width), channels]];
    },
    reject(node) {
      const reason =
        (isWide(node) ? rejectUnlessUniformWide(node) : undefined) ??
        (isWide(node) ? rejectUnlessCopy(node) : rejectUnlessUniformCopy(node)) ??
        rejectPlane?.(node);
      if (reason || node.inputs[0]!.dtype === 'float32') return reason;
      const [rows, columns] = node.attrs.kernel;
      return rows * columns < (isWide(node) ? 2 ** 15 : 2 ** 23)
        ? undefined
        : `its window has ${rows}x${columns} values`;
    },
    rows: windowRows,
    quantize: 'same',
    channels: {
      // An average and a maximum lie between the least and the largest of a window, if it holds any.
      ranges({ attrs, outputs: [y] }, [x]) {
        const empty =
          attrs.padding.some((pixels, side) => pixels >= attrs.kernel[side % 2]!) ||
          attrs.dilation.some((step) => step !== 1);
        if (empty || y!.dtype !== 'int8') return [wholeRanges(y!)];
        const [low, high] = clampRange(attrs.activation, y!);
        return [
          rangesFrom(y!.shape[3]!, (c) => [
            clamp(x!.low[c]!, low, high),
            clamp(x!.high[c]!, low, high),
          ]),
        ];
      },
      flow: carried,
    },
  });
}

// An average of nothing is none.
function rejectEmptyWindows({ attrs, inputs, outputs }: TypedNode<PoolAttrs>): string | undefined {
  const { kernel, stride, dilation, padding } = attrs;
  const isEmpty = ([0, 1] as const).some((axis) => {
    const [size, count] = [inputs[0]!.shape[1 + axis]!, outputs[0]!.shape[1 + axis]!];
    const begins = Array.from({ length: count }, (_, at) => at * stride[axis] - padding[axis]);
    return begins.some((begin) => {
      const before = Math.max(0, Math.ceil(-begin / dilation[axis]));
      return before >= kernel[axis] || begin + before * dilation[axis] >= size;
    });
  });
  return isEmpty ? 'a window of it lies beyond its input' : undefined;
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
