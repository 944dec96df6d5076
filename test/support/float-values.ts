import { flag, reals, sizes } from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { constant, float, ints, oneOperator } from './file-models.ts';
import type { FileOption } from './tflite-writer.ts';

// Operators in float that compute new values, one by one or along axes.

export const sums: Maker = (random) => {
  const shape = sizes(random, 3);
  const other = shape.map((size) => (random.chance(0.4) ? 1 : size)).slice(random.int(0, 2));
  const name = random.pick(['ADD', 'SUB', 'MUL'] as const);
  return oneOperator(
    name,
    [float(shape), reals(random, other)],
    [float(shape)],
    [[0, 'byte', random.int(0, 3)]],
  );
};

export const combinations: Maker = (random) => {
  const names = ['MAXIMUM', 'MINIMUM', 'DIV', 'SQUARED_DIFFERENCE'] as const;
  const name = random.pick([...names, 'FLOOR_DIV', 'FLOOR_MOD', 'POW'] as const);
  const shape = sizes(random, 3);
  const other = shape.map((size) => (random.chance(0.4) ? 1 : size)).slice(random.int(0, 2));
  return oneOperator(name, [float(shape), reals(random, other)], [float(shape)]);
};

export const functions: Maker = (random) => {
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
};

export const elementary: Maker = (random) => {
  const names = ['ABS', 'NEG', 'FLOOR', 'CEIL', 'ROUND', 'SQUARE', 'SQRT', 'RSQRT'] as const;
  const others = ['EXP', 'LOG', 'SIN', 'COS', 'ELU'] as const;
  const shape = sizes(random, 2, 9);
  return oneOperator(random.pick([...names, ...others]), [float(shape)], [float(shape)]);
};

export const mean: Maker = (random) => {
  const shape = sizes(random, 4);
  const keep = flag(random);
  const output = shape.flatMap((size, i) => (i === 1 || i === 2 ? (keep ? [1] : []) : [size]));
  return oneOperator('MEAN', [float(shape), ints(1, -2)], [float(output)], [[0, 'byte', keep]]);
};

export const reductions: Maker = (random) => {
  const names = ['SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD'] as const;
  const shape = sizes(random, 4);
  const keep = flag(random);
  const output = shape.flatMap((size, i) => (i === 1 || i === 3 ? (keep ? [1] : []) : [size]));
  const options: FileOption[] = [[0, 'byte', keep]];
  return oneOperator(random.pick(names), [float(shape), ints(1, -1)], [float(output)], options);
};

export const places: Maker = (random) => {
  const shape = sizes(random, 3);
  const axis = constant({ type: 2, shape: [] }, [1]);
  const output = { type: 2, shape: [shape[0]!, shape[2]!] };
  const name = random.pick(['ARG_MAX', 'ARG_MIN'] as const);
  return oneOperator(name, [float(shape), axis], [output], [[0, 'byte', 2]]);
};
