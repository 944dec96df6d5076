import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TypedNode } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { product } from '../../support/bytes.ts';
import { sizes } from '../attributes.ts';
import { channelCount, linked, mixedRanges, rangesThrough } from '../channels.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf, resolveAxes } from '../tflite-constants.ts';
import { rejectUnlessCopy } from '../types.ts';
import { copyKernel, copyStrided, strides } from './strided.ts';

export interface SliceAttrs {
  /** For each axis of the input: first index, step (may be negative), number of elements. */
  readonly start: readonly number[];
  readonly step: readonly number[];
  readonly count: readonly number[];
  /** The output's shape: `count` with axes of size 1 left out or added. */
  readonly shape: readonly number[];
}

export const slice = defineOp<SliceAttrs>({
  name: 'slice',
  summary: 'Elements from constant bounds on, with any steps',
  attributes: z.strictObject({
    start: sizes,
    step: z
      .array(
        z
          .int()
          .min(-(2 ** 28))
          .max(2 ** 28),
      )
      .max(6),
    count: sizes,
    shape: sizes,
  }),
  inferShapes({ start, step, count, shape }, [input]) {
    const inside = count.every((n, axis) => {
      const last = start[axis]! + (n - 1) * step[axis]!;
      return (
        n > 0 &&
        Math.min(start[axis]!, last) >= 0 &&
        Math.max(start[axis]!, last) < input!.shape[axis]!
      );
    });
    if (!inside || count.length !== input!.shape.length || product(shape) !== product(count)) {
      throw new Unsupported(`its bounds leave nothing of [${input!.shape.join(',')}]`);
    }
    return [shape];
  },
  reject: rejectUnlessCopy,
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    copyStrided(copyOf(node), input!, output);
    return [output];
  },
  kernels: [copyKernel('slice_c', (node) => [{ copy: copyOf(node), input: 0 }])],
  quantize: 'same',
  channels: {
    ranges(node, [input]) {
      const pairs = channelPairs(node);
      const output = node.outputs[0]!;
      return [
        pairs ? rangesThrough(pairs, input!, channelCount(output)) : mixedRanges(output, [input!]),
      ];
    },
    flow(node) {
      const pairs = channelPairs(node);
      return pairs && linked(pairs);
    },
    keep({ attrs }, { inputs, outputs }) {
      const channels = outputs[0]!.length;
      const first = attrs.start.at(-1)!;
      const before = inputs[0]!.filter((c) => c < first).length;
      return {
        start: [...attrs.start.slice(0, -1), before],
        step: attrs.step,
        count: [...attrs.count.slice(0, -1), channels],
        shape: [...attrs.shape.slice(0, -1), channels],
      };
    },
  },
  tflite: {
    STRIDED_SLICE: readStridedSlice,
    REVERSE_V2(operator) {
      const shape = operator.inputs[0]?.shape ?? [];
      const axes = resolveAxes(constantNumbersOf(operator, 1, 'axes'), shape.length);
      const turned = shape.map((_, axis) => axes.includes(axis));
      const start = shape.map((n, axis) => (turned[axis] ? n - 1 : 0));
      const step = turned.map((turn) => (turn ? -1 : 1));
      return { attrs: { start, step, count: shape, shape }, keep: [0] };
    },
    SLICE(operator) {
      const shape = operator.inputs[0]?.shape ?? [];
      const start = constantNumbersOf(operator, 1, 'begin', shape.length);
      const size = constantNumbersOf(operator, 2, 'size', shape.length);
      const count = shape.map((n, axis) => (size[axis] === -1 ? n - start[axis]! : size[axis]!));
      return { attrs: { start, step: shape.map(() => 1), count, shape: count }, keep: [0] };
    },
  },
});

// The channels taken, where they are taken one after another and stay the last axis.
function channelPairs({ attrs }: TypedNode<SliceAttrs>): [number, number][] | undefined {
  const [start, step, count] = [attrs.start, attrs.step, attrs.count].map((all) => all.at(-1));
  if (count === undefined || attrs.shape.at(-1) !== count) return undefined;
  if (step !== 1 && count !== 1) return undefined;
  return Array.from({ length: count }, (_, c) => [start! + c, c]);
}

/**
 * Bounds are given for each axis that the masks count: an ellipsis stands for all axes that are not
 * named otherwise, a new axis for none. Source: tensorflow/lite/kernels/strided_slice.cc,
 * BuildStridedSliceParams.
 */
function readStridedSlice(operator: TfliteOperator): Read<SliceAttrs> {
  const sizes = operator.inputs[0]?.shape ?? [];
  const entries = product(operator.inputs[1]?.shape ?? []);
  const [begin, end, step] = ['begin', 'end', 'strides'].map((what, i) =>
    constantNumbersOf(operator, i + 1, what, entries),
  );
  for (const mask of [BEGIN, END, ELLIPSIS, NEW_AXIS, SHRINK]) operator.options.int(mask);
  const relative = operator.options.bool(OFFSET);
  const bit = (field: number, entry: number) => (operator.options.int(field) >> entry) & 1;
  const [axes, shape]: [AxisSlice[], number[]] = [[], []];
  const take = (axis: AxisSlice, keep = true) => {
    axes.push(axis);
    if (keep) shape.push(axis.count);
  };
  const named = begin!.filter((_, entry) => !bit(ELLIPSIS, entry) && !bit(NEW_AXIS, entry)).length;
  begin!.forEach((first, entry) => {
    const size = sizes[axes.length];
    if (bit(ELLIPSIS, entry)) {
      for (let rest = sizes.length - named; rest > 0 && axes.length < sizes.length; rest--)
        take(wholeAxis(sizes[axes.length]!));
    } else if (bit(NEW_AXIS, entry)) {
      shape.push(1);
    } else {
      if (size === undefined) throw new Unsupported('it has bounds for more axes than there are');
      const bounds = {
        begin: bit(BEGIN, entry) ? undefined : first,
        end: bit(END, entry) ? undefined : end![entry],
        relative,
        step: step![entry] ?? 1,
        single: bit(SHRINK, entry) === 1,
      };
      take(sliceAxis(size, bounds), !bounds.single);
    }
  });
  while (axes.length < sizes.length) take(wholeAxis(sizes[axes.length]!));
  return {
    attrs: {
      start: axes.map((a) => a.start),
      step: axes.map((a) => a.step),
      count: axes.map((a) => a.count),
      shape,
    },
    keep: [0],
  };
}

/** Fields of StridedSliceOptions. */
const [BEGIN, END, ELLIPSIS, NEW_AXIS, SHRINK, OFFSET] = [0, 1, 2, 3, 4, 5] as const;

interface AxisSlice {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function wholeAxis(size: number): AxisSlice {
  return { start: 0, step: 1, count: size };
}

interface AxisBounds {
  readonly begin: number | undefined;
  readonly end: number | undefined;
  /** `end` counts from the first index. */
  readonly relative: boolean;
  readonly step: number;
  readonly single: boolean;
}

// Source: tensorflow/lite/kernels/internal/strided_slice_logic.h.
function sliceAxis(size: number, { begin, end, relative, step, single }: AxisBounds): AxisSlice {
  if (step === 0) throw new Unsupported('its stride is 0');
  const wrap = (index: number) => (index < 0 ? index + size : index);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const start = begin === undefined ? (step > 0 ? 0 : size - 1) : clamp(wrap(begin), low, high);
  if (single) return { start, step: 1, count: 1 };
  const last = end === undefined ? undefined : end + (relative ? start : 0);
  const stop = last === undefined ? (step > 0 ? size : -1) : clamp(wrap(last), low, high);
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
