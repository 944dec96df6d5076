import type { Random } from '../../src/support/random.ts';
import { constant, float, ints, oneOperator, uint8 } from './file-models.ts';
import type { FileModel, FileOption, FileTensor } from './tflite-writer.ts';

export type Maker = (random: Random) => FileModel;

const reals = (random: Random, shape: readonly number[]): FileTensor =>
  constant(
    float(shape),
    Array.from({ length: 17 }, () => Math.fround(random.real(-1, 1))),
  );
export const sizes = (random: Random, count: number, most = 5) =>
  Array.from({ length: count }, () => random.int(1, most));
const flag = (random: Random) => (random.chance(0.5) ? 1 : 0);

// SAME or VALID windows, with strides, dilations and fused clamps.
export function windowed(random: Random, kernel: readonly [number, number]) {
  const [same, strideX, strideY] = [random.chance(0.5), random.int(1, 3), random.int(1, 3)];
  const [y, x] = [random.int(4, 9), random.int(4, 9)];
  const along = (size: number, reach: number, stride: number) =>
    same ? Math.ceil(size / stride) : Math.floor((size - reach) / stride) + 1;
  const options: FileOption[] = [
    [0, 'byte', same ? 0 : 1],
    [1, 'int', strideX],
    [2, 'int', strideY],
  ];
  const output = [along(y, kernel[0], strideY), along(x, kernel[1], strideX)];
  return { y, x, options, output, activation: random.int(0, 3) };
}

/** Makers of one operator with random shapes and options, in float or legacy uint8. */
export const FLOAT_MAKERS: Readonly<Record<string, Maker>> = {
  CONV_2D(random) {
    const [ky, kx, c, o] = [...sizes(random, 2, 3), ...sizes(random, 2, 4)] as [
      number,
      number,
      number,
      number,
    ];
    const { y, x, options, output, activation } = windowed(random, [ky, kx]);
    return oneOperator(
      'CONV_2D',
      [float([1, y, x, c]), reals(random, [o, ky, kx, c]), reals(random, [o])],
      [float([1, ...output, o])],
      [...options, [3, 'byte', activation]],
    );
  },
  DEPTHWISE_CONV_2D(random) {
    const [ky, kx, c, m] = [...sizes(random, 2, 3), ...sizes(random, 2, 3)] as [
      number,
      number,
      number,
      number,
    ];
    const { y, x, options, output, activation } = windowed(random, [ky, kx]);
    return oneOperator(
      'DEPTHWISE_CONV_2D',
      [float([1, y, x, c]), reals(random, [1, ky, kx, c * m]), reals(random, [c * m])],
      [float([1, ...output, c * m])],
      [...options, [3, 'int', m], [4, 'byte', activation]],
    );
  },
  FULLY_CONNECTED(random) {
    const [n, k, o] = sizes(random, 3, 6) as [number, number, number];
    return oneOperator(
      'FULLY_CONNECTED',
      [float([n, k]), reals(random, [o, k]), reals(random, [o])],
      [float([n, o])],
      [[0, 'byte', random.int(0, 3)]],
    );
  },
  pools(random) {
    const name = random.pick(['MAX_POOL_2D', 'AVERAGE_POOL_2D'] as const);
    const [ky, kx] = sizes(random, 2, 3) as [number, number];
    const { y, x, options, output, activation } = windowed(random, [ky, kx]);
    return oneOperator(
      name,
      [float([1, y, x, 3])],
      [float([1, ...output, 3])],
      [...options, [3, 'int', kx], [4, 'int', ky], [5, 'byte', activation]],
    );
  },
  sums(random) {
    const shape = sizes(random, 3);
    const other = shape.map((size) => (random.chance(0.4) ? 1 : size)).slice(random.int(0, 2));
    const name = random.pick(['ADD', 'SUB', 'MUL'] as const);
    return oneOperator(
      name,
      [float(shape), reals(random, other)],
      [float(shape)],
      [[0, 'byte', random.int(0, 3)]],
    );
  },
  STRIDED_SLICE(random) {
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
  },
  resizes(random) {
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
  },
  MEAN(random) {
    const shape = sizes(random, 4);
    const keep = flag(random);
    const output = shape.flatMap((size, i) => (i === 1 || i === 2 ? (keep ? [1] : []) : [size]));
    return oneOperator('MEAN', [float(shape), ints(1, -2)], [float(output)], [[0, 'byte', keep]]);
  },
  functions(random) {
    const name = random.pick([
      'TANH',
      'LOGISTIC',
      'HARD_SWISH',
      'RELU',
      'RELU6',
      'LOG_SOFTMAX',
      'SOFTMAX',
    ] as const);
    const shape = sizes(random, 2, 9);
    const options: FileOption[] = name === 'SOFTMAX' ? [[0, 'float', 1]] : [];
    return oneOperator(name, [float(shape)], [float(shape)], options);
  },
  elementary(random) {
    const names = ['ABS', 'NEG', 'FLOOR', 'CEIL', 'ROUND', 'SQUARE', 'SQRT', 'RSQRT'] as const;
    const others = ['EXP', 'LOG', 'SIN', 'COS', 'ELU'] as const;
    const shape = sizes(random, 2, 9);
    return oneOperator(random.pick([...names, ...others]), [float(shape)], [float(shape)]);
  },
  combinations(random) {
    const names = ['MAXIMUM', 'MINIMUM', 'DIV', 'SQUARED_DIFFERENCE'] as const;
    const name = random.pick([...names, 'FLOOR_DIV', 'FLOOR_MOD', 'POW'] as const);
    const shape = sizes(random, 3);
    const other = shape.map((size) => (random.chance(0.4) ? 1 : size)).slice(random.int(0, 2));
    return oneOperator(name, [float(shape), reals(random, other)], [float(shape)]);
  },
  packs(random) {
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
  },
  parts(random) {
    const [a, b, c] = sizes(random, 3) as [number, number, number];
    const axis = constant({ type: 2, shape: [] }, [1]);
    const inputs = [float([a, b + c, 2]), ints(b, -1), axis];
    return oneOperator('SPLIT_V', inputs, [float([a, b, 2]), float([a, c, 2])], [[0, 'int', 2]]);
  },
  repetitions(random) {
    const shape = sizes(random, 3);
    const repeats = sizes(random, 3, 3);
    const tiled = shape.map((size, i) => size * repeats[i]!);
    if (random.chance(0.5))
      return oneOperator('TILE', [float(shape), ints(...repeats)], [float(tiled)]);
    return oneOperator('REVERSE_V2', [float(shape), ints(1)], [float(shape)]);
  },
  mirrors(random) {
    const shape = sizes(random, 3).map((size) => size + 1);
    const edge = flag(random);
    const pads = shape.flatMap((size) => [random.int(0, size - 1), random.int(0, size - 1)]);
    const padded = shape.map((size, i) => size + pads[2 * i]! + pads[2 * i + 1]!);
    const table = constant({ type: 2, shape: [3, 2] }, pads);
    return oneOperator('MIRROR_PAD', [float(shape), table], [float(padded)], [[0, 'byte', edge]]);
  },
  batches(random) {
    const [n, y, x] = sizes(random, 3, 3) as [number, number, number];
    const borders = [1, 2 * y - 1, 0, 3 * x];
    const table = constant({ type: 2, shape: [2, 2] }, borders);
    const inputs = [float([n, 2 * y, 3 * x, 2]), ints(2, 3), table];
    if (random.chance(0.5))
      return oneOperator('SPACE_TO_BATCH_ND', inputs, [float([6 * n, 2 * y, 2 * x, 2])]);
    const crops = constant({ type: 2, shape: [2, 2] }, [1, 0, 0, 2]);
    const joined = [float([6 * n, y, x, 2]), ints(2, 3), crops];
    return oneOperator('BATCH_TO_SPACE_ND', joined, [float([n, 2 * y - 1, 3 * x - 2, 2])]);
  },
  lookups(random) {
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
  },
  reductions(random) {
    const names = ['SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD'] as const;
    const shape = sizes(random, 4);
    const keep = flag(random);
    const output = shape.flatMap((size, i) => (i === 1 || i === 3 ? (keep ? [1] : []) : [size]));
    const options: FileOption[] = [[0, 'byte', keep]];
    return oneOperator(random.pick(names), [float(shape), ints(1, -1)], [float(output)], options);
  },
  places(random) {
    const shape = sizes(random, 3);
    const axis = constant({ type: 2, shape: [] }, [1]);
    const output = { type: 2, shape: [shape[0]!, shape[2]!] };
    const name = random.pick(['ARG_MAX', 'ARG_MIN'] as const);
    return oneOperator(name, [float(shape), axis], [output], [[0, 'byte', 2]]);
  },
  TRANSPOSE_CONV(random) {
    const [y, x, c, o] = sizes(random, 4) as [number, number, number, number];
    const [ky, kx, sy, sx] = sizes(random, 4, 3) as [number, number, number, number];
    const same = random.chance(0.5);
    const along = (size: number, k: number, s: number) =>
      same ? size * s : (size - 1) * s + Math.max(k, s);
    const output = [1, along(y, ky, sy), along(x, kx, sx), o];
    return oneOperator(
      'TRANSPOSE_CONV',
      [ints(...output), reals(random, [o, ky, kx, c]), float([1, y, x, c])],
      [float(output)],
      [
        [0, 'byte', same ? 0 : 1],
        [1, 'int', sx],
        [2, 'int', sy],
      ],
    );
  },
  BATCH_MATMUL(random) {
    const [n, rows, depth, columns] = sizes(random, 4) as [number, number, number, number];
    const [adjX, adjY] = [flag(random), flag(random)];
    const a = [n, ...(adjX ? [depth, rows] : [rows, depth])];
    const b = [n, ...(adjY ? [columns, depth] : [depth, columns])];
    return oneOperator(
      'BATCH_MATMUL',
      [float(a), float(b)],
      [float([n, rows, columns])],
      [
        [0, 'byte', adjX],
        [1, 'byte', adjY],
      ],
    );
  },
  moves(random) {
    const shape = sizes(random, 4);
    const pads = [0, 0, ...sizes(random, 4, 3), 0, 0];
    const padded = shape.map((size, i) => size + pads[2 * i]! + pads[2 * i + 1]!);
    const table = constant({ type: 2, shape: [4, 2] }, pads);
    if (random.chance(0.5)) return oneOperator('PAD', [float(shape), table], [float(padded)]);
    const turned = [0, 3, 1, 2].map((axis) => shape[axis]!);
    return oneOperator('TRANSPOSE', [uint8(shape), ints(0, 3, 1, 2)], [uint8(turned)]);
  },
};
