import { Random } from '../../src/support/random.ts';
import { bytesOf, product } from '../../src/support/bytes.ts';
import type { CaseTensor, OpCase } from '../../test/support/cases.ts';

/** Rows (outputs) by columns (inputs) that are zero or not as one. */
export type Block = readonly [number, number];

/** A layer whose weights are of a kind that some format stores in less. */
export interface MadeLayer {
  readonly title: string;
  /** What its weights are: '80 %, 4x2' are zero in blocks of them, '4 bits'. */
  readonly weights: string;
  readonly made: OpCase;
}

interface Shape {
  readonly title: string;
  readonly input: readonly number[];
  readonly weights: readonly number[];
}

const conv = (size: number, depth: number, outputs: number, kernel = 1): Shape => ({
  title: `${kernel}x${kernel} ${size}x${size}x${depth}→${outputs}`,
  input: [1, size, size, depth],
  weights: [outputs, kernel, kernel, depth],
});
const full = (depth: number, outputs: number): Shape => ({
  title: `FC ${depth}→${outputs}`,
  input: [1, depth],
  weights: [outputs, depth],
});

/** Weights of a random matrix of that size. */
interface Kind {
  readonly name: string;
  /** Their size beside 1 to 127 with either sign. */
  readonly size: number;
  /** A seed of its own. */
  readonly seed: number;
  make(random: Random, size: readonly [number, number]): Int8Array;
}

const SINGLE: Block = [1, 1];
const ROWS_OF_8: Block = [8, 1];
const BLOCKS_4X2: Block = [4, 2];

const SHAPES: readonly Shape[] = [
  conv(12, 64, 64),
  conv(24, 32, 64),
  conv(8, 128, 256),
  conv(16, 32, 32, 3),
  full(640, 128),
];

/** The layers of the table: each shape with masks of single weights and of blocks, then with other weights. */
export function madeLayers(shares: readonly number[]): MadeLayer[] {
  return SHAPES.flatMap((shape) => {
    const blocks = [SINGLE, shape.weights.length === 2 ? ROWS_OF_8 : BLOCKS_4X2];
    const masks = shares.flatMap((zeros) => blocks.map((block) => masked({ zeros, block })));
    return [...masks, FOUR_BITS, TERNARY].map((kind) => ({
      ...{ title: shape.title, weights: kind.name },
      made: madeLayer(shape, kind),
    }));
  });
}

function masked(mask: Mask): Kind {
  return {
    name: `${100 * mask.zeros} %, ${mask.block.join('x')}`,
    size: Math.sqrt(1 - mask.zeros),
    seed: 1000 * mask.zeros,
    make: (random, size) => maskedWeights(random, size, mask),
  };
}

const FOUR_BITS: Kind = {
  ...{ name: '4 bits', size: 1 / 16, seed: 4 },
  make: (random, size) => Int8Array.from({ length: product(size) }, () => random.int(-8, 7)),
};

const TERNARY: Kind = {
  ...{ name: 'ternary, 50 % zeros', size: 1 / 4, seed: 3 },
  make: (random, size) =>
    Int8Array.from({ length: product(size) }, () => random.pick([-17, 0, 0, 17])),
};

function madeLayer({ input, weights: shape }: Shape, kind: Kind): OpCase {
  const random = new Random(shape[0]! + kind.seed);
  const [outputs = 0, ...taps] = shape;
  const data = kind.make(random, [outputs, product(taps)]);
  const sums = Math.max(1, Math.sqrt(product(taps)) * kind.size);
  const scales = Array.from({ length: outputs }, () => random.real(0.8, 1.2) / sums / 60);
  const bias = Int32Array.from({ length: outputs }, () => random.int(-2000, 2000));
  const weights: CaseTensor = {
    dtype: 'int8',
    shape,
    quant: { scales: scales.map(Math.fround), zeroPoints: scales.map(() => 0), axis: 0 },
    data: bytesOf(data),
  };
  const inputs = [
    { dtype: 'int8', shape: input, quant: { scales: [1], zeroPoints: [-7], axis: 0 } },
    weights,
    { dtype: 'int32', shape: [outputs], data: bytesOf(bias) },
  ] as const;
  const result = [{ dtype: 'int8', quant: { scales: [2], zeroPoints: [-128], axis: 0 } }] as const;
  const shared = { activation: 'relu', rounding: 'double' };
  if (input.length === 2)
    return { op: 'dense', attrs: { ...shared, keepDims: false }, inputs, outputs: result };
  const kernel = shape.slice(1, 3);
  const half = kernel.map((n) => n >> 1);
  const window = { kernel, stride: [1, 1], dilation: [1, 1], padding: [...half, ...half] };
  return { op: 'conv2d', attrs: { ...shared, ...window }, inputs, outputs: result };
}

/** Weights of 1 to 127 with either sign; blocks of them are zero at random. */
function maskedWeights(random: Random, size: readonly [number, number], mask: Mask): Int8Array {
  const kept = randomMask(random, size, mask);
  return Int8Array.from({ length: product(size) }, (_, i) => {
    const value = random.int(1, 127) * (random.chance(0.5) ? 1 : -1);
    return kept(i) ? value : 0;
  });
}

interface Mask {
  readonly zeros: number;
  readonly block: Block;
}

/** Whether the weight at an index of a matrix is kept: as its block is. */
export function randomMask(
  random: Random,
  [rows, columns]: readonly [number, number],
  { zeros, block: [height, width] }: Mask,
): (index: number) => boolean {
  const across = Math.ceil(columns / width);
  const kept = Array.from({ length: Math.ceil(rows / height) * across }, () =>
    random.chance(1 - zeros),
  );
  return (index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return kept[Math.floor(row / height) * across + Math.floor(column / width)]!;
  };
}
