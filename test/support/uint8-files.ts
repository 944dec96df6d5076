import type { Random } from '../../src/support/random.ts';
import { product } from '../../src/support/bytes.ts';
import { broadcast, flag, reduced, sizes, windowed } from './file-makers.ts';
import type { Maker } from './file-makers.ts';
import { constant, ints, oneOperator, TYPES, uint8 } from './file-models.ts';
import type { FileOption, FileTensor } from './tflite-writer.ts';

const scale = (random: Random) => Math.fround(random.real(0.01, 0.1));
const zero = (random: Random) => random.int(0, 255);
const data = (random: Random, shape: readonly number[]) =>
  uint8(shape, scale(random), random.int(90, 160));
const weights = (random: Random, shape: readonly number[]): FileTensor =>
  constant(
    data(random, shape),
    Array.from({ length: 23 }, () => zero(random)),
  );

/** Operands of a sum of `terms` products, and an output whose type holds what they come to. */
function weighted(
  random: Random,
  terms: number,
  shapes: { input: number[]; weights: number[]; output: number[] },
) {
  const input = data(random, shapes.input);
  const kernel = weights(random, shapes.weights);
  const product = Math.fround(input.scales![0]! * kernel.scales![0]!);
  const bias = constant(
    { type: TYPES.int32, shape: shapes.output.slice(-1), scales: [product], zeroPoints: [0] },
    Array.from({ length: 7 }, () => random.int(-5000, 5000)),
  );
  const step = product * Math.sqrt(terms) * random.real(20, 90);
  return {
    operands: [input, kernel, bias],
    output: uint8(shapes.output, step, random.int(60, 190)),
  };
}

/** Makers of files of one operator that computes in legacy uint8. */
export const UINT8_MAKERS: Readonly<Record<string, Maker>> = {
  'CONV_2D in uint8'(random) {
    const [ky, kx, c, o] = sizes(random, 4, 3) as [number, number, number, number];
    const { y, x, options, output, activation } = windowed(random, [ky, kx]);
    const { operands, output: result } = weighted(random, ky * kx * c, {
      ...{ input: [1, y, x, c], weights: [o, ky, kx, c], output: [1, ...output, o] },
    });
    return oneOperator('CONV_2D', operands, [result], [...options, [3, 'byte', activation]]);
  },
  'DEPTHWISE_CONV_2D in uint8'(random) {
    const [ky, kx, c, m] = sizes(random, 4, 3) as [number, number, number, number];
    const { y, x, options, output, activation } = windowed(random, [ky, kx]);
    const { operands, output: result } = weighted(random, ky * kx, {
      ...{ input: [1, y, x, c], weights: [1, ky, kx, c * m], output: [1, ...output, c * m] },
    });
    const more = [[3, 'int', m] as const, [4, 'byte', activation] as const];
    return oneOperator('DEPTHWISE_CONV_2D', operands, [result], [...options, ...more]);
  },
  'FULLY_CONNECTED in uint8'(random) {
    const [n, k, o] = sizes(random, 3, 9) as [number, number, number];
    const { operands, output } = weighted(random, k, {
      ...{ input: [n, k], weights: [o, k], output: [n, o] },
    });
    return oneOperator('FULLY_CONNECTED', operands, [output], [[0, 'byte', random.int(0, 3)]]);
  },
  'sums in uint8'(random) {
    const shape = sizes(random, 3);
    const name = random.pick(['ADD', 'MUL'] as const);
    const other = random.chance(0.5) ? weights(random, shape) : data(random, shape);
    const output = uint8(shape, Math.fround(random.real(0.05, 0.2)), random.int(90, 160));
    return oneOperator(name, [data(random, shape), other], [output]);
  },
  'pools in uint8'(random) {
    const name = random.pick(['MAX_POOL_2D', 'AVERAGE_POOL_2D'] as const);
    const [ky, kx] = sizes(random, 2, 3) as [number, number];
    const { y, x, options, output } = windowed(random, [ky, kx]);
    const input = data(random, [1, y, x, 3]);
    const result = { ...input, shape: [1, ...output, 3] };
    return oneOperator(name, [input], [result], [...options, [3, 'int', kx], [4, 'int', ky]]);
  },
  'functions in uint8'(random) {
    const shape = sizes(random, 2, 9);
    const input = data(random, shape);
    return random.pick([
      () => oneOperator('LOGISTIC', [input], [uint8(shape, 1 / 256, 0)]),
      () => oneOperator('TANH', [input], [uint8(shape, 1 / 128, 128)]),
      () => oneOperator('SOFTMAX', [input], [uint8(shape, 1 / 256, 0)], [[0, 'float', 1]]),
      () => oneOperator('RELU', [input], [input]),
    ])();
  },
  'CONCATENATION in uint8'(random) {
    const [n, a, b] = sizes(random, 3) as [number, number, number];
    const first = data(random, [n, a]);
    const [second, output] = [b, a + b].map((size) => ({ ...first, shape: [n, size] }));
    return oneOperator('CONCATENATION', [first, second!], [output!], [[0, 'int', 1]]);
  },
  'TRANSPOSE_CONV in uint8'(random) {
    const [y, x, c, o] = sizes(random, 4, 3) as [number, number, number, number];
    const [ky, kx] = sizes(random, 2, 3) as [number, number];
    const shape = [1, 2 * y, 3 * x, o];
    const { operands, output } = weighted(random, ky * kx * c, {
      ...{ input: [1, y, x, c], weights: [o, ky, kx, c], output: shape },
    });
    const [input, kernel, bias] = operands;
    const options: FileOption[] = [
      [1, 'int', 3],
      [2, 'int', 2],
    ];
    return oneOperator(
      'TRANSPOSE_CONV',
      [ints(...shape), kernel!, input!, bias!],
      [output],
      options,
    );
  },
  'means in uint8'(random) {
    const { shape, axes, output, options } = reduced(random);
    const name = random.pick(['MEAN', 'SUM'] as const);
    const step = name === 'MEAN' ? 1 : Math.sqrt(product(shape) / product(output));
    const input = data(random, shape);
    const result = uint8(output, Math.fround(input.scales![0]! * step), 128);
    return oneOperator(name, [input, axes], [result], options);
  },
  'slopes in uint8'(random) {
    const shape = sizes(random, 4, 4);
    const [input, output] = [data(random, shape), data(random, shape)];
    return random.pick([
      () => oneOperator('PRELU', [input, weights(random, [1, 1, shape[3]!])], [output]),
      () => oneOperator('LEAKY_RELU', [input], [output], [[0, 'float', 0.3]]),
      () => oneOperator('HARD_SWISH', [input], [output]),
      () => oneOperator(random.pick(['RELU6', 'RELU_N1_TO_1'] as const), [input], [input]),
    ])();
  },
  'more sums in uint8'(random) {
    const { shapes, output } = broadcast(random);
    // Divisors above zero: what a division by zero gives is nobody's rule.
    const a = data(random, shapes[0]);
    const b = constant(
      data(random, shapes[1]),
      sizes(random, 9, 80).map((n) => 170 + n),
    );
    const result = uint8(output, Math.fround(random.real(0.05, 0.2)), random.int(90, 160));
    return oneOperator(
      random.pick(['SUB', 'ADD', 'MUL', 'DIV'] as const),
      [a, b],
      [result],
      [[0, 'byte', random.int(0, 3)]],
    );
  },
  'RESIZE_BILINEAR in uint8'(random) {
    const [y, x, height, width] = sizes(random, 4, 7) as [number, number, number, number];
    const input = data(random, [1, y, x, 2]);
    const align = flag(random);
    return oneOperator(
      'RESIZE_BILINEAR',
      [input, ints(height, width)],
      [{ ...input, shape: [1, height, width, 2] }],
      [
        [2, 'byte', align],
        [3, 'byte', align ? 0 : flag(random)],
      ],
    );
  },
  'LOG_SOFTMAX in uint8'(random) {
    const shape = sizes(random, 2, 9);
    return oneOperator('LOG_SOFTMAX', [data(random, shape)], [uint8(shape, 16 / 256, 255)]);
  },
};
