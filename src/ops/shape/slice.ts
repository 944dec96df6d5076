import type { TypedNode } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { product } from '../../support/bytes.ts';
import { defineOp, Unsupported } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectUnlessSameDtype } from '../types.ts';
import { copyKernel, copyStrided, strides } from './strided.ts';

export interface SliceAttrs {
  /** For each axis of the input: first index, step (may be negative), number of elements. */
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly count: readonly number[];
  /** Axes of size 1 left out of the output's shape. */
  readonly dropped: readonly number[];
}

export const slice = defineOp<SliceAttrs>({
  name: 'slice',
  summary: 'STRIDED_SLICE and SLICE with constant bounds',
  inferShapes({ start, step, count, dropped }, [input]) {
    const inside = count.every((n, axis) => {
      const last = start[axis]! + (n - 1) * step[axis]!;
      return (
        n > 0 &&
        Math.min(start[axis]!, last) >= 0 &&
        Math.max(start[axis]!, last) < input!.shape[axis]!
      );
    });
    if (!inside || count.length !== input!.shape.length) {
      throw new Unsupported(`its bounds leave nothing of [${input!.shape.join(',')}]`);
    }
    return [count.filter((_, axis) => !dropped.includes(axis))];
  },
  reject: rejectUnlessSameDtype,
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    copyStrided(copyOf(node), input!, output);
    return [output];
  },
  kernels: [copyKernel('slice_c', (node) => [{ copy: copyOf(node), input: 0 }])],
  quantize: 'same',
  tflite: {
    STRIDED_SLICE(operator) {
      const shape = operator.inputs[0]?.shape ?? [];
      const [begin, end, step] = ['begin', 'end', 'strides'].map((what, i) =>
        constantNumbersOf(operator, i + 1, what),
      );
      const [beginMask, endMask, ellipsis, newAxis, shrink] = [0, 1, 2, 3, 4].map((field) =>
        operator.options.int(field),
      );
      if (ellipsis || newAxis) throw new Unsupported('it has an ellipsis or new-axis mask');
      const axes = shape.map((size, axis) => {
        const masked = (mask: number) => axis >= begin!.length || (mask >> axis) & 1;
        return sliceAxis(size, {
          begin: masked(beginMask!) ? undefined : begin![axis],
          end: masked(endMask!) ? undefined : end![axis],
          step: step![axis] ?? 1,
          single: axis < begin!.length && ((shrink! >> axis) & 1) === 1,
        });
      });
      return {
        attrs: {
          start: axes.map((a) => a.start),
          step: axes.map((a) => a.step),
          count: axes.map((a) => a.count),
          dropped: axes.flatMap((_, axis) =>
            axis < begin!.length && (shrink! >> axis) & 1 ? [axis] : [],
          ),
        },
        keep: [0],
      };
    },
    SLICE(operator) {
      const shape = operator.inputs[0]?.shape ?? [];
      const start = constantNumbersOf(operator, 1, 'begin');
      const size = constantNumbersOf(operator, 2, 'size');
      const count = shape.map((n, axis) =>
        size[axis] === -1 ? n - start[axis]! : (size[axis] ?? n),
      );
      return { attrs: { start, step: shape.map(() => 1), count, dropped: [] }, keep: [0] };
    },
  },
});

interface AxisBounds {
  readonly begin: number | undefined;
  readonly end: number | undefined;
  readonly step: number;
  readonly single: boolean;
}

// Source: tensorflow/lite/kernels/internal/strided_slice_logic.h.
function sliceAxis(size: number, { begin, end, step, single }: AxisBounds) {
  if (step === 0) throw new Unsupported('its stride is 0');
  const wrap = (index: number) => (index < 0 ? index + size : index);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const start = begin === undefined ? (step > 0 ? 0 : size - 1) : clamp(wrap(begin), low, high);
  if (single) return { start, step: 1, count: 1 };
  const stop = end === undefined ? (step > 0 ? size : -1) : clamp(wrap(end), low, high);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

function copyOf(node: TypedNode<SliceAttrs>) {
  const { start, step, count } = node.attrs;
  const from = strides(node.inputs[0]!.shape);
  const offset = start.reduce((sum, index, axis) => sum + index * from[axis]!, 0);
  const steps = from.map((stride, axis) => stride * step[axis]!);
  return {
    sizes: product(count) > 0 ? count : [0],
    from: { offset, steps },
    to: { offset: 0, steps: strides(count) },
  };
}
