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
  /** What the border repeats instead of mirroring the tensor: the element at its end, or all of it. */
  readonly repeats?: 'end' | 'whole';
}

/** A run of elements along one axis: where it begins on both sides, and the step in the input. */
interface Run {
  readonly from: number;
  readonly step: 1 | 0 | -1;
  readonly to: number;
  readonly count: number;
}

/** Source: tensorflow/lite/micro/kernels/mirror_pad.cc. */
export const mirrorPad = defineMove<MirrorPadAttrs>({
  name: 'mirror_pad',
  summary:
    'A border that mirrors the tensor, with or without its edge, or repeats its end or all of it',
  attributes: z.strictObject({
    before: sizes,
    after: sizes,
    edge: z.boolean(),
    repeats: z.exactOptional(z.enum(['end', 'whole'])),
  }),
  // Four axes with borders on both sides.
  most: 81,
  inferShapes({ before, after, edge, repeats }, [input]) {
    const { shape } = input!;
    const lost = edge || repeats ? 0 : 1;
    const fits = (n: number, axis: number) => repeats === 'end' || n <= shape[axis]! - lost;
    if (before.length !== shape.length || after.length !== shape.length)
      throw new Unsupported(`its paddings do not fit [${shape.join(',')}]`);
    if (!before.every(fits) || !after.every(fits))
      throw new Unsupported(
        `its border is wider than [${shape.join(',')}], which it ${repeats ? 'repeats' : 'mirrors'}`,
      );
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

// The border before the tensor, the tensor, and the border after it.
function runsAlong(attrs: MirrorPadAttrs, axis: number, size: number): Run[] {
  const [first, last] = [attrs.before[axis]!, attrs.after[axis]!];
  const [before, after] = beginnings(attrs, first, size);
  const runs: Run[] = [
    { ...before, to: 0, count: first },
    { from: 0, step: 1, to: first, count: size },
    { ...after, to: first + size, count: last },
  ];
  return runs.filter(({ count }) => count > 0);
}

// Where the borders begin in the tensor, and how they go on.
function beginnings({ edge, repeats }: MirrorPadAttrs, first: number, size: number) {
  type Beginning = Pick<Run, 'from' | 'step'>;
  const of = (step: Run['step'], before: number, after: number): [Beginning, Beginning] => [
    { from: before, step },
    { from: after, step },
  ];
  if (repeats === 'end') return of(0, 0, size - 1);
  if (repeats === 'whole') return of(1, size - first, 0);
  const skip = edge ? 0 : 1;
  return of(-1, first - 1 + skip, size - 1 - skip);
}
