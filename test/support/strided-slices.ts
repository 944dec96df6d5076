import { anyType, quantized, shapeOf } from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { ints, oneOperator } from './file-models.ts';

/** Entries of a strided slice: what each says, and how many elements it leaves (none: the axis goes). */
interface Entry {
  readonly begin: number;
  readonly end: number;
  readonly step: number;
  readonly masks: readonly number[];
  readonly left: readonly number[];
}

const [BEGIN, END, ELLIPSIS, NEW_AXIS, SHRINK, OFFSET] = [0, 1, 2, 3, 4, 5];

/** Slices with all masks and steps of either sign; ends that count from the beginning now and then. */
export const stridedSlice: Maker = (random) => {
  const [type, shape] = [anyType(random), shapeOf(random, 1, 4)];
  // With ends of that kind LiteRT leaves most of an int8 output unwritten.
  const relative = type !== quantized.int8 && random.chance(0.25);
  const entries: Entry[] = [];
  // An ellipsis takes a few axes in the middle: of none, TFLite takes one.
  const [from, to] = [random.int(0, shape.length), random.int(0, shape.length)].sort(
    (a, b) => a - b,
  );
  const ellipsis = from! < to! && random.chance(0.5);
  const odd = { begin: 0, end: 0, step: 1 };
  shape.forEach((size, axis) => {
    if (ellipsis && axis === from)
      entries.push({ ...odd, masks: [ELLIPSIS], left: shape.slice(from, to) });
    if (ellipsis && axis >= from! && axis < to!) return;
    if (random.chance(0.15)) entries.push({ ...odd, masks: [NEW_AXIS], left: [1] });
    entries.push(entryOf(size));
  });

  function entryOf(size: number): Entry {
    const start = random.int(0, size - 1);
    const begin = random.chance(0.5) ? start : start - size;
    if (random.chance(0.2))
      return { begin, end: relative ? 1 : start + 1, step: 1, masks: [SHRINK], left: [] };
    const step = relative ? random.int(1, 2) : random.pick([1, 1, 2, -1, -2]);
    const masks = [BEGIN, END].filter(() => random.chance(0.25));
    const first = masks.includes(BEGIN) ? (step > 0 ? 0 : size - 1) : start;
    const stop = step > 0 ? random.int(first + 1, size) : random.int(-1, first - 1);
    const last = masks.includes(END) ? (step > 0 ? size : -1) : stop;
    // Counted from the end, -1 is the last element: one further stands before the first.
    const end = relative ? stop - first : stop < 0 ? -size - 1 : stop;
    return { begin, end, step, masks, left: [Math.ceil((last - first) / step)] };
  }
  const mask = (field: number) =>
    entries.reduce((bits, { masks }, i) => bits | (masks.includes(field) ? 1 << i : 0), 0);
  return oneOperator(
    'STRIDED_SLICE',
    [
      type(shape),
      ints(...entries.map(({ begin }) => begin)),
      ints(...entries.map(({ end }) => end)),
      ints(...entries.map(({ step }) => step)),
    ],
    [type(entries.flatMap(({ left }) => left))],
    [
      ...[BEGIN, END, ELLIPSIS, NEW_AXIS, SHRINK].map(
        (field) => [field, 'int', mask(field)] as const,
      ),
      [OFFSET, 'byte', relative ? 1 : 0],
    ],
  );
};
