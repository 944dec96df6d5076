import {
  axisOf,
  broadcast,
  fromFront,
  int32,
  int64,
  operands,
  quantized,
  reals,
  reduced,
  scalar,
  shapeOf,
  sizes,
} from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { float, oneOperator } from './file-models.ts';
import type { FileOption } from './tflite-writer.ts';

// Operators in float that compute new values, one by one or along axes.

export const sums: Maker = (random) => {
  const { shapes, output } = broadcast(random);
  return oneOperator(
    random.pick(['ADD', 'SUB', 'MUL', 'DIV'] as const),
    operands(random, shapes, float, (shape) => reals(random, shape)),
    [float(output)],
    [[0, 'byte', random.int(0, 3)]],
  );
};

export const combinations: Maker = (random) => {
  const names = ['MAXIMUM', 'MINIMUM', 'SQUARED_DIFFERENCE'] as const;
  const name = random.pick([...names, 'FLOOR_DIV', 'FLOOR_MOD', 'POW'] as const);
  const { shapes, output } = broadcast(random);
  const inputs = operands(random, shapes, float, (shape) => reals(random, shape));
  return oneOperator(name, inputs, [float(output)]);
};

const FUNCTIONS: readonly (readonly [string, FileOption[]?])[] = [
  ...['TANH', 'LOGISTIC', 'HARD_SWISH', 'RELU', 'RELU6', 'RELU_N1_TO_1'].map(
    (name) => [name] as const,
  ),
  ['LEAKY_RELU', [[0, 'float', 0.3]]],
  ['LOG_SOFTMAX'],
  ['SOFTMAX', [[0, 'float', 0.7]]],
  ['SOFTMAX', [[0, 'float', 1]]],
];

export const functions: Maker = (random) => {
  const [name, options] = random.pick(FUNCTIONS);
  const shape = sizes(random, random.int(1, 4), 6);
  return oneOperator(name, [float(shape)], [float(shape)], options);
};

export const elementary: Maker = (random) => {
  const names = [
    'ABS',
    'NEG',
    'SIGN',
    'FLOOR',
    'CEIL',
    'ROUND',
    'SQUARE',
    'SQRT',
    'RSQRT',
  ] as const;
  const others = ['EXP', 'LOG', 'SIN', 'COS', 'ELU'] as const;
  const shape = shapeOf(random, 0, 5);
  return oneOperator(random.pick([...names, ...others]), [float(shape)], [float(shape)]);
};

export const slopes: Maker = (random) => {
  const shape = sizes(random, 4, 4);
  const alpha = random.pick([[shape[3]!], [1, 1, shape[3]!], shape.slice(1)]);
  return oneOperator('PRELU', [float(shape), reals(random, alpha)], [float(shape)]);
};

export const reductions: Maker = (random) => {
  const names = ['MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD'] as const;
  const { shape, axes, output, options } = reduced(random);
  return oneOperator(random.pick(names), [float(shape), axes], [float(output)], options);
};

export const places: Maker = (random) => {
  const shape = shapeOf(random, 1, 4);
  const axis = axisOf(random, shape);
  const output = shape.filter((_, i) => i !== fromFront(axis, shape));
  const [type, code] = random.pick([
    [int32, 2],
    [int64, 4],
  ] as const);
  const name = random.pick(['ARG_MAX', 'ARG_MIN'] as const);
  return oneOperator(name, [float(shape), scalar(axis)], [type(output)], [[0, 'byte', code]]);
};

export const conversions: Maker = (random) => {
  const shape = shapeOf(random, 0, 5);
  const to = random.pick([quantized.int8, quantized.uint8]);
  return random.pick([
    () => oneOperator('QUANTIZE', [float(shape)], [to(shape)]),
    () => oneOperator('DEQUANTIZE', [to(shape)], [float(shape)]),
    () =>
      oneOperator('QUANTIZE', [to(shape)], [{ ...to(shape), scales: [0.03125], zeroPoints: [20] }]),
    () => oneOperator('CAST', [float(shape)], [int32(shape)], [[1, 'byte', 2]]),
    () => oneOperator('CAST', [int32(shape)], [float(shape)], [[0, 'byte', 2]]),
  ])();
};
