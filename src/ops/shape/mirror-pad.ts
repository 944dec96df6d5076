import { z } from 'zod';
import { product } from '../../support/bytes.ts';
import { sizes } from '../attributes.ts';
import { Unsupported } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { defineMove } from './move.ts';
import { strides } from './strided.ts';

export interface MirrorPadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The element at the border is repeated: SYMMETRIC, not REFLECT. */
  readonly edge: boolean;
}

/** A run of elements along one axis: where it begins on both sides, and the step in the input. */
interface Run {
  readonly from: number;
  readonly step: 1 | -1;
  readonly to: number;
  readonly count: number;
}

/** Source: tensorflow/lite/micro/kernels/mirror_pad.cc. */
export const mirrorPad = defineMove<MirrorPadAttrs>({
  name: 'mirror_pad',
  summary: 'A border that mirrors the tensor, with or without its edge',
  attributes: z.strictObject({ before: sizes, after: sizes, edge: z.boolean() }),
  // Four axes with borders on both sides.
  most: 81,
  inferShapes({ before, after, edge }, [input]) {
    const { shape } = input!;
    const fits = (n: number, axis: number) => n <= shape[axis]! - (edge ? 0 : 1);
    if (before.length !== shape.length || after.length !== shape.length)
      throw new Unsupported(`its paddings do not fit [${shape.join(',')}]`);
    if (!before.every(fits) || !after.every(fits))
      throw new Unsupported(`its border is wider than [${shape.join(',')}], which it mirrors`);
    return [shape.map((size, axis) => before[axis]! + size + after[axis]!)];
  },
  copies({ attrs, inputs, outputs }) {
    const { shape } = inputs[0]!;
    const [from, to] = [strides(shape), strides(outputs[0]!.shape)];
    const runs = shape.map((size, axis) => runsAlong(attrs, axis, size));
    return Array.from({ length: product(runs.map(({ length }) => length)) }, (_, region) => {
      const steps = strides(runs.map(({ length }) => length));
      const picked = runs.map((all, axis) => all[Math.floor(region / steps[axis]!) % all.length]!);
      const offset = (of: 'from' | 'to', along: readonly number[]) =>
        picked.reduce((sum, run, axis) => sum + run[of] * along[axis]!, 0);
      const copy = {
        sizes: picked.map(({ count }) => count),
        from: {
          offset: offset('from', from),
          steps: picked.map((run, axis) => run.step * from[axis]!),
        },
        to: { offset: offset('to', to), steps: to },
      };
      return { copy, input: 0 };
    });
  },
  tflite: {
    MIRROR_PAD(operator) {
      const rank = operator.inputs[0]?.shape.length ?? 0;
      const numbers = constantNumbersOf(operator, 1, 'padding', 2 * rank);
      const [before, after] = [0, 1].map((side) => numbers.filter((_, i) => i % 2 === side));
      return {
        attrs: { before: before!, after: after!, edge: operator.options.byte(0) === 1 },
        keep: [0],
      };
    },
  },
});

// The mirrored border before the tensor, the tensor, and the border after it.
function runsAlong({ before, after, edge }: MirrorPadAttrs, axis: number, size: number): Run[] {
  const [first, last, skip] = [before[axis]!, after[axis]!, edge ? 0 : 1];
  const runs: Run[] = [
    { from: first - 1 + skip, step: -1, to: 0, count: first },
    { from: 0, step: 1, to: first, count: size },
    { from: size - 1 - skip, step: -1, to: first + size, count: last },
  ];
  return runs.filter(({ count }) => count > 0);
}
