import type { Random } from '../../src/support/random.ts';
import {
  anyType,
  axisOf,
  flag,
  fromFront,
  int32,
  quantized,
  scalar,
  shapeOf,
  sizes,
} from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { constant, float, ints, oneOperator, TYPES } from './file-models.ts';
import type { FileOption } from './tflite-writer.ts';

// Operators that take values elsewhere, in any type.

const pairs = (values: readonly number[]) =>
  constant({ type: TYPES.int32, shape: [values.length / 2, 2] }, values);
const along = (shape: readonly number[], axis: number, size: number) =>
  shape.map((n, i) => (i === axis ? size : n));

export const joins: Maker = (random) => {
  const [type, shape] = [anyType(random), shapeOf(random)];
  const axis = axisOf(random, shape);
  const parts = sizes(random, random.int(1, 4), 3).map((size) =>
    along(shape, fromFront(axis, shape), size),
  );
  const total = parts.reduce((sum, part) => sum + part.at(axis)!, 0);
  return oneOperator(
    'CONCATENATION',
    parts.map(type),
    [type(along(shape, fromFront(axis, shape), total))],
    [[0, 'int', axis]],
  );
};

export const packs: Maker = (random) => {
  const [type, shape] = [anyType(random), shapeOf(random, 1, 3)];
  const [axis, count] = [random.int(0, shape.length), random.int(1, 3)];
  const packed = [...shape.slice(0, axis), count, ...shape.slice(axis)];
  const each = Array.from({ length: count }, () => type(shape));
  const options: FileOption[] = [
    [0, 'int', count],
    [1, 'int', random.chance(0.5) ? axis : axis - packed.length],
  ];
  return random.chance(0.5)
    ? oneOperator('PACK', each, [type(packed)], options)
    : oneOperator('UNPACK', [type(packed)], each, options);
};

export const parts: Maker = (random) => {
  const [type, shape] = [anyType(random), shapeOf(random)];
  const [axis, count] = [axisOf(random, shape), random.int(1, 3)];
  const at = fromFront(axis, shape);
  const options: FileOption[] = [[0, 'int', count]];
  if (random.chance(0.5)) {
    const whole = type(along(shape, at, shape[at]! * count));
    const each = Array.from({ length: count }, () => type(shape));
    return oneOperator('SPLIT', [scalar(axis), whole], each, options);
  }
  const lengths = sizes(random, count, 3);
  const open = random.int(0, count);
  const named = ints(...lengths.map((size, i) => (i === open ? -1 : size)));
  const whole = type(
    along(
      shape,
      at,
      lengths.reduce((a, b) => a + b),
    ),
  );
  const each = lengths.map((size) => type(along(shape, at, size)));
  return oneOperator('SPLIT_V', [whole, named, scalar(axis)], each, options);
};

export const slices: Maker = (random) => {
  const [type, shape] = [anyType(random), shapeOf(random)];
  const begin = shape.map((size) => random.int(0, size - 1));
  const size = shape.map((n, i) => random.int(1, n - begin[i]!));
  const named = size.map((n, i) => (n + begin[i]! === shape[i] && random.chance(0.5) ? -1 : n));
  return oneOperator('SLICE', [type(shape), ints(...begin), ints(...named)], [type(size)]);
};

export const turns: Maker = (random) => {
  const [type, shape] = [anyType(random), shapeOf(random)];
  const order = shuffled(random, [...shape.keys()]);
  return oneOperator(
    'TRANSPOSE',
    [type(shape), ints(...order)],
    [type(order.map((axis) => shape[axis]!))],
  );
};

function shuffled(random: Random, list: number[]): number[] {
  return list
    .map((item) => [random.real(0, 1), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

export const borders: Maker = (random) => {
  const name = random.pick(['PAD', 'PADV2', 'MIRROR_PAD'] as const);
  // Whole numbers of 32 bits are filled with zeros only.
  const type =
    name === 'PADV2' ? random.pick([float, ...Object.values(quantized)]) : anyType(random);
  const shape = shapeOf(random);
  const edge = flag(random);
  const most = (size: number) => (name === 'MIRROR_PAD' ? size - 1 + edge : 3);
  const pads = shape.flatMap((size) => [random.int(0, most(size)), random.int(0, most(size))]);
  const padded = shape.map((size, i) => size + pads[2 * i]! + pads[2 * i + 1]!);
  const value = name === 'PADV2' ? [constant(type([]), [random.int(1, 100)])] : [];
  const options: FileOption[] = name === 'MIRROR_PAD' ? [[0, 'byte', edge]] : [];
  return oneOperator(name, [type(shape), pairs(pads), ...value], [type(padded)], options);
};

export const shapes: Maker = (random) => {
  const type = anyType(random);
  const [a, b, c] = sizes(random, 3) as [number, number, number];
  const wanted = random.pick([[a * b, c], [b, a, 1, c], [-1, c], [a * b * c]]);
  const result = wanted.map((size) => (size === -1 ? a * b : size));
  const axis = random.int(-4, 3);
  const wide = [a, b, c];
  wide.splice(axis < 0 ? axis + 4 : axis, 0, 1);
  return random.pick([
    () => oneOperator('RESHAPE', [type([a, b, c]), ints(...wanted)], [type(result)]),
    () => oneOperator('RESHAPE', [type([a, b, c])], [type(result)], [[0, 'ints', wanted]]),
    () => oneOperator('RESHAPE', [type([1, 1]), ints()], [type([])]),
    () => oneOperator('EXPAND_DIMS', [type([a, b, c]), scalar(axis)], [type(wide)]),
    () => oneOperator('SQUEEZE', [type([1, a + 1, 1])], [type([a + 1])]),
    () => oneOperator('SQUEEZE', [type([1, b, 1, c])], [type([1, b, c])], [[0, 'ints', [-2]]]),
  ])();
};

export const blocks: Maker = (random) => {
  const type = anyType(random);
  const [n, y, x, c] = sizes(random, 4, 3) as [number, number, number, number];
  const block = random.int(2, 3);
  const [apart, stacked] = [
    [n, block * y, block * x, c],
    [n, y, x, block * block * c],
  ];
  const options: FileOption[] = [[0, 'int', block]];
  return random.chance(0.5)
    ? oneOperator('DEPTH_TO_SPACE', [type(stacked)], [type(apart)], options)
    : oneOperator('SPACE_TO_DEPTH', [type(apart)], [type(stacked)], options);
};

export const repetitions: Maker = (random) => {
  const [type, shape] = [anyType(random), shapeOf(random, 1, 3)];
  const repeats = sizes(random, shape.length, 3);
  const tiled = shape.map((size, i) => size * repeats[i]!);
  const thin = shape.map((size) => (random.chance(0.5) ? 1 : size));
  const broad = [...sizes(random, random.int(0, 2), 3), ...shape];
  return random.pick([
    () => oneOperator('TILE', [type(shape), ints(...repeats)], [type(tiled)]),
    () => oneOperator('BROADCAST_TO', [type(thin), ints(...broad)], [type(broad)]),
    () => oneOperator('REVERSE_V2', [type(shape), ints(axisOf(random, shape))], [type(shape)]),
  ])();
};

export const batches: Maker = (random) => {
  const type = anyType(random);
  const [n, y, x] = sizes(random, 3, 3) as [number, number, number];
  const apart = [n, 2 * y, 3 * x, 2];
  if (random.chance(0.5))
    return oneOperator(
      'SPACE_TO_BATCH_ND',
      [type(apart), ints(2, 3), pairs([1, 2 * y - 1, 0, 3 * x])],
      [type([6 * n, 2 * y, 2 * x, 2])],
    );
  return oneOperator(
    'BATCH_TO_SPACE_ND',
    [type([6 * n, y, x, 2]), ints(2, 3), pairs([1, 0, 0, 2])],
    [type([n, 2 * y - 1, 3 * x - 2, 2])],
  );
};

export const lookups: Maker = (random) => {
  const type = anyType(random);
  const [a, b, c] = sizes(random, 3) as [number, number, number];
  const values = type([a, b, c]);
  const indices = (count: number, most: number) =>
    ints(...sizes(random, count, most).map((i) => i - 1));
  return random.pick([
    () => oneOperator('GATHER', [values, indices(4, b)], [type([a, 4, c])], [[0, 'int', 1]]),
    () => oneOperator('GATHER', [values, scalar(c - 1)], [type([a, b])], [[0, 'int', -1]]),
    () =>
      oneOperator(
        'GATHER',
        [values, constant(int32([a, 2]), [0, b - 1])],
        [type([a, 2, c])],
        [
          [0, 'int', 1],
          [1, 'int', 1],
        ],
      ),
    () => oneOperator('EMBEDDING_LOOKUP', [indices(3, b), float([b, c])], [float([3, c])]),
    () =>
      oneOperator(
        'GATHER_ND',
        [values, constant(int32([3, 2]), [0, b - 1, a - 1, 0, 0, 0])],
        [type([3, c])],
      ),
  ])();
};

export const resizes: Maker = (random) => {
  const name = random.pick(['RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'] as const);
  const type = name === 'RESIZE_BILINEAR' ? float : anyType(random);
  const [y, x, height, width] = sizes(random, 4, 7) as [number, number, number, number];
  const [align, n] = [flag(random), random.int(1, 2)];
  const field = name === 'RESIZE_BILINEAR' ? 2 : 0;
  return oneOperator(
    name,
    [type([n, y, x, 2]), ints(height, width)],
    [type([n, height, width, 2])],
    [
      [field, 'byte', align],
      [field + 1, 'byte', align ? 0 : flag(random)],
    ],
  );
};
