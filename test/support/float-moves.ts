import { flag, sizes } from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { constant, float, ints, oneOperator, uint8 } from './file-models.ts';
import type { FileOption } from './tflite-writer.ts';

// Operators in float that take values elsewhere, or between others.

export const stridedSlice: Maker = (random) => {
  const shape = sizes(random, 3, 6);
  const begin = shape.map((size) => random.int(-size, size - 1));
  const steps = shape.map(() => random.pick([1, 2]));
  const masks = { begin: random.int(0, 7), end: random.int(0, 7), shrink: random.int(0, 7) };
  const ends = shape.map((size, i) => {
    const start = begin[i]! < 0 ? begin[i]! + size : begin[i]!;
    return random.int(start + 1, size);
  });
  const output = shape.flatMap((size, i) => {
    if ((masks.shrink >> i) & 1) return [];
    const wrapped = begin[i]! < 0 ? begin[i]! + size : begin[i]!;
    const start = (masks.begin >> i) & 1 ? 0 : wrapped;
    const end = (masks.end >> i) & 1 ? size : ends[i]!;
    return [Math.ceil((end - start) / steps[i]!)];
  });
  // An axis that shrinks takes its first index as it is.
  const begins = masks.begin & ~masks.shrink;
  return oneOperator(
    'STRIDED_SLICE',
    [
      float(shape),
      ints(...begin),
      ints(...ends),
      ints(...steps.map((s, i) => ((masks.shrink >> i) & 1 ? 1 : s))),
    ],
    [float(output)],
    [
      [0, 'int', begins],
      [1, 'int', masks.end],
      [4, 'int', masks.shrink],
    ],
  );
};

export const resizes: Maker = (random) => {
  const name = random.pick(['RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'] as const);
  const [y, x, height, width] = sizes(random, 4, 7) as [number, number, number, number];
  const align = flag(random);
  const field = name === 'RESIZE_BILINEAR' ? 2 : 0;
  return oneOperator(
    name,
    [float([1, y, x, 2]), ints(height, width)],
    [float([1, height, width, 2])],
    [
      [field, 'byte', align],
      [field + 1, 'byte', align ? 0 : flag(random)],
    ],
  );
};

export const packs: Maker = (random) => {
  const shape = sizes(random, 3);
  const axis = random.int(0, 3);
  const packed = [...shape.slice(0, axis), 2, ...shape.slice(axis)];
  const options: FileOption[] = [
    [0, 'int', 2],
    [1, 'int', axis],
  ];
  if (random.chance(0.5))
    return oneOperator('PACK', [float(shape), float(shape)], [float(packed)], options);
  return oneOperator('UNPACK', [float(packed)], [float(shape), float(shape)], options);
};

export const parts: Maker = (random) => {
  const [a, b, c] = sizes(random, 3) as [number, number, number];
  const axis = constant({ type: 2, shape: [] }, [1]);
  const inputs = [float([a, b + c, 2]), ints(b, -1), axis];
  return oneOperator('SPLIT_V', inputs, [float([a, b, 2]), float([a, c, 2])], [[0, 'int', 2]]);
};

export const repetitions: Maker = (random) => {
  const shape = sizes(random, 3);
  const repeats = sizes(random, 3, 3);
  const tiled = shape.map((size, i) => size * repeats[i]!);
  if (random.chance(0.5))
    return oneOperator('TILE', [float(shape), ints(...repeats)], [float(tiled)]);
  return oneOperator('REVERSE_V2', [float(shape), ints(1)], [float(shape)]);
};

export const mirrors: Maker = (random) => {
  const shape = sizes(random, 3).map((size) => size + 1);
  const edge = flag(random);
  const pads = shape.flatMap((size) => [random.int(0, size - 1), random.int(0, size - 1)]);
  const padded = shape.map((size, i) => size + pads[2 * i]! + pads[2 * i + 1]!);
  const table = constant({ type: 2, shape: [3, 2] }, pads);
  return oneOperator('MIRROR_PAD', [float(shape), table], [float(padded)], [[0, 'byte', edge]]);
};

export const batches: Maker = (random) => {
  const [n, y, x] = sizes(random, 3, 3) as [number, number, number];
  const borders = [1, 2 * y - 1, 0, 3 * x];
  const table = constant({ type: 2, shape: [2, 2] }, borders);
  const inputs = [float([n, 2 * y, 3 * x, 2]), ints(2, 3), table];
  if (random.chance(0.5))
    return oneOperator('SPACE_TO_BATCH_ND', inputs, [float([6 * n, 2 * y, 2 * x, 2])]);
  const crops = constant({ type: 2, shape: [2, 2] }, [1, 0, 0, 2]);
  const joined = [float([6 * n, y, x, 2]), ints(2, 3), crops];
  return oneOperator('BATCH_TO_SPACE_ND', joined, [float([n, 2 * y - 1, 3 * x - 2, 2])]);
};

export const lookups: Maker = (random) => {
  const [a, b, c] = sizes(random, 3) as [number, number, number];
  const values = float([a, b, c]);
  if (random.chance(0.5))
    return oneOperator(
      'GATHER',
      [values, ints(...sizes(random, 4, b).map((i) => i - 1))],
      [float([a, 4, c])],
      [[0, 'int', 1]],
    );
  const places = constant({ type: 2, shape: [3, 2] }, [0, b - 1, a - 1, 0, 0, 0]);
  return oneOperator('GATHER_ND', [values, places], [float([3, c])]);
};

export const moves: Maker = (random) => {
  const shape = sizes(random, 4);
  const pads = [0, 0, ...sizes(random, 4, 3), 0, 0];
  const padded = shape.map((size, i) => size + pads[2 * i]! + pads[2 * i + 1]!);
  const table = constant({ type: 2, shape: [4, 2] }, pads);
  if (random.chance(0.5)) return oneOperator('PAD', [float(shape), table], [float(padded)]);
  const turned = [0, 3, 1, 2].map((axis) => shape[axis]!);
  return oneOperator('TRANSPOSE', [uint8(shape), ints(0, 3, 1, 2)], [uint8(turned)]);
};
