import { FileBuilder } from './file-builder.ts';
import {
  bool,
  broadcast,
  int32,
  int64,
  operands,
  quantized,
  reduced,
  scalar,
  shapeOf,
} from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { constant, float, ints, oneOperator } from './file-models.ts';

// Operators on whole numbers and truth values, and what is computed while a model is read.

const COMPARISONS = [
  'EQUAL',
  'NOT_EQUAL',
  'LESS',
  'LESS_EQUAL',
  'GREATER',
  'GREATER_EQUAL',
] as const;

export const comparisons: Maker = (random) => {
  const { shapes, output } = broadcast(random);
  const type = random.pick([float, int32, quantized.int8, quantized.uint8]);
  const inputs = operands(random, shapes, type, (shape) => constant(type(shape), [1, 0, 3, 2, 7]));
  return oneOperator(random.pick(COMPARISONS), inputs, [bool(output)]);
};

export const truths: Maker = (random) => {
  const { shapes, output } = broadcast(random);
  const { shape, axes, output: left, options } = reduced(random);
  const inputs = operands(random, shapes, bool, (shape) => constant(bool(shape), [1, 0, 1]));
  return random.pick([
    () => oneOperator(random.pick(['LOGICAL_AND', 'LOGICAL_OR'] as const), inputs, [bool(output)]),
    () => oneOperator('LOGICAL_NOT', [bool(output)], [bool(output)]),
    () =>
      oneOperator(
        random.pick(['REDUCE_ANY', 'REDUCE_ALL'] as const),
        [bool(shape), axes],
        [bool(left)],
        options,
      ),
  ])();
};

export const choices: Maker = (random) => {
  const { shapes, output } = broadcast(random);
  const type = random.pick([float, int32, quantized.int8, quantized.uint8]);
  if (random.chance(0.4)) {
    const condition = random.pick([output, []]);
    return oneOperator('SELECT', [bool(condition), type(output), type(output)], [type(output)]);
  }
  const [a, b] = shapes;
  return oneOperator(
    'SELECT_V2',
    [bool(random.pick([a, b, output])), type(a), type(b)],
    [type(output)],
  );
};

export const integers: Maker = (random) => {
  const { shapes, output } = broadcast(random);
  const [a] = shapes;
  const name = random.pick([
    'ADD',
    'SUB',
    'MUL',
    'DIV',
    'MAXIMUM',
    'MINIMUM',
    'SQUARED_DIFFERENCE',
    'FLOOR_DIV',
    'FLOOR_MOD',
    'POW',
  ] as const);
  // Divisors other than zero, and powers that fit.
  const values = constant(int32(shapes[1]), name === 'POW' ? [2, 0, 3, 1] : [3, -2, 7, 1, -5]);
  return oneOperator(name, [int32(a), values], [int32(output)]);
};

export const extremes: Maker = (random) => {
  const { shapes, output } = broadcast(random);
  const { shape, axes, output: left, options } = reduced(random);
  const type = random.pick([int32, quantized.int8, quantized.uint8]);
  const axis = random.int(0, shape.length - 1);
  return random.pick([
    () =>
      oneOperator(random.pick(['MAXIMUM', 'MINIMUM'] as const), shapes.map(type), [type(output)]),
    () =>
      oneOperator(
        random.pick(['REDUCE_MAX', 'REDUCE_MIN'] as const),
        [type(shape), axes],
        [type(left)],
        options,
      ),
    () =>
      oneOperator(
        random.pick(['ARG_MAX', 'ARG_MIN'] as const),
        [type(shape), scalar(axis)],
        [int64(shape.filter((_, i) => i !== axis))],
        [[0, 'byte', 4]],
      ),
  ])();
};

/** An input, and what is known of it before it is there. */
export const known: Maker = (random) => {
  const shape = shapeOf(random, 1, 3);
  const file = new FileBuilder();
  const input = file.tensor(float(shape));
  const axes = int32([shape.length]);
  const sum = (other: number) => file.add('ADD', [input, other], float(shape));
  const shapeOfInput = () => file.add('SHAPE', [input], axes, [[0, 'byte', 2]]);
  const constants: Record<string, () => number> = {
    FILL: () =>
      file.add('FILL', [shapeOfInput(), file.tensor(constant(float([]), [2.5]))], float(shape)),
    ZEROS_LIKE: () => file.add('ZEROS_LIKE', [input], float(shape)),
    RANK: () =>
      file.add('CAST', [file.add('RANK', [input], int32([]))], float([]), [[0, 'byte', 2]]),
    RANGE: () => {
      const bounds = [0.5, 0.5 * shape.at(-1)! + 0.25, 0.5].map((x) =>
        file.tensor(constant(float([]), [x])),
      );
      return file.add('RANGE', bounds, float([shape.at(-1)!]));
    },
    'GATHER of sizes': () => {
      const first = file.add('GATHER', [shapeOfInput(), file.tensor(scalar(0))], int32([]));
      return file.add(
        'CAST',
        [file.add('MUL', [first, file.tensor(scalar(3))], int32([]))],
        float([]),
        [[0, 'byte', 2]],
      );
    },
    BROADCAST_ARGS: () => {
      const both = file.add(
        'BROADCAST_ARGS',
        [shapeOfInput(), file.tensor(ints(...shape.slice(-1)))],
        axes,
      );
      return file.add(
        'BROADCAST_TO',
        [file.tensor(constant(float([1]), [0.75])), both],
        float(shape),
      );
    },
  };
  const output = sum(constants[random.pick(Object.keys(constants))]!());
  return file.finish([input], [output]);
};

/** A constant of which half the entries are stored, row by row. */
export const sparse: Maker = (random) => {
  const [rows, columns] = [random.int(1, 4), random.int(2, 5)];
  const kept = Array.from({ length: rows * columns }, (_, i) => i).filter(() => random.chance(0.5));
  const segments = Array.from(
    { length: rows + 1 },
    (_, row) => kept.filter((i) => i < row * columns).length,
  );
  const levels = [rows, { segments, indices: kept.map((i) => i % columns) }];
  const { data } = constant(
    float([kept.length]),
    kept.map((i) => i / 4 + 1),
  );
  const file = new FileBuilder();
  const shape = [rows, columns];
  const stored = file.tensor({
    ...float(shape),
    data: data!,
    sparsity: { order: [0, 1], blockMap: [], levels },
  });
  const input = file.tensor(float(shape));
  return file.finish(
    [input],
    [file.add('ADD', [input, file.add('DENSIFY', [stored], float(shape))], float(shape))],
  );
};
