import { expect, it } from 'vitest';
import { compile } from '../../src/pipeline.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { HOST_TARGET, targetOf } from '../../src/target/target.ts';
import { countWork } from '../support/count-work.ts';
import { constant, int8, ints, operator } from '../support/file-models.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel } from '../support/tflite-writer.ts';

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);
const many = (count: number, shape: readonly number[]) => numbers(count).map(() => int8(shape));
const along: [number, 'int', number][] = [[0, 'int', 1]];
const window: [number, 'byte' | 'int', number][] = [
  [0, 'byte', 0],
  [1, 'int', 1],
  [2, 'int', 1],
];

/** Graphs of `n` of something, each wide or long in another way. */
const GRAPHS: Readonly<Record<string, (n: number) => FileModel>> = {
  outputs: (n) => ({
    tensors: many(n + 1, [1, 4]),
    operators: numbers(n).map((i) => operator('RELU', [0], [i + 1])),
    ...{ inputs: [0], outputs: numbers(n, 1) },
  }),
  'inputs that are joined': (n) => ({
    tensors: [...many(n, [1, 4]), int8([1, 4 * n])],
    operators: [operator('CONCATENATION', numbers(n), [n], along)],
    ...{ inputs: numbers(n), outputs: [n] },
  }),
  'branches that are joined': (n) => ({
    tensors: [...many(n + 1, [1, 4]), int8([1, 4 * n])],
    operators: [
      ...numbers(n).map((i) => operator('RELU', [0], [i + 1])),
      operator('CONCATENATION', numbers(n, 1), [n + 1], along),
    ],
    ...{ inputs: [0], outputs: [n + 1] },
  }),
  'parts of one tensor': (n) => ({
    tensors: [ints(1), int8([1, n]), ...many(n, [1, 1])],
    operators: [operator('SPLIT', [0, 1], numbers(n, 2), [[0, 'int', n]])],
    ...{ inputs: [1], outputs: numbers(n, 2) },
  }),
  'sums, each of the one before and the input': (n) => ({
    tensors: many(n + 1, [1, 4]),
    operators: numbers(n).map((i) => operator('ADD', [0, i], [i + 1])),
    ...{ inputs: [0], outputs: [n] },
  }),
  'convolutions, one after the other': (n) => ({
    tensors: [
      int8([1, 4, 4, 1]),
      ...numbers(n).flatMap(() => [constant(int8([1, 1, 1, 1], 0.1, 0), [3]), int8([1, 4, 4, 1])]),
    ],
    operators: numbers(n).map((i) => operator('CONV_2D', [2 * i, 2 * i + 1], [2 * i + 2], window)),
    ...{ inputs: [0], outputs: [2 * n] },
  }),
};

it.each(Object.entries(GRAPHS))(
  '%s: four times as many are little more work each',
  async (_, make) => {
    const work = (n: number) => {
      const bytes = writeTflite(make(n));
      return countWork(() => compile(bytes, HOST_TARGET, { name: 'wide' }));
    };
    await work(10);
    const [few, more] = [await work(100), await work(400)];
    expect(more / few).toBeLessThan(5.5);
  },
);

it('convolutions by the hundreds are not traded row by row: five times as many are no more than twice the work', async () => {
  const make = GRAPHS['convolutions, one after the other']!;
  const work = (n: number) => {
    const bytes = writeTflite(make(n));
    return countWork(() => compile(bytes, HOST_TARGET, { name: 'wide' }).trade());
  };
  await work(10);
  const [few, more] = [await work(110), await work(550)];
  expect(more / few).toBeLessThan(2);
});

/** Eight convolutions of planes of `n` rows and columns; the first one has the given weight. */
const planes = (n: number, weight: number): FileModel => ({
  tensors: [
    int8([1, n, n, 4]),
    ...numbers(8).flatMap((i) => [
      constant(int8([4, 1, 1, 4], 0.1, 0), [i === 0 ? weight : 9, 0, 0, 0, 0]),
      int8([1, n, n, 4]),
    ]),
  ],
  operators: numbers(8).map((i) => operator('CONV_2D', [2 * i, 2 * i + 1], [2 * i + 2], window)),
  ...{ inputs: [0], outputs: [16] },
});

it.each([
  ['fit', HOST_TARGET, 9],
  ['fit nowhere', targetOf(loadBoard('stm32f103-bluepill')), 9],
  ['are always the same', targetOf(loadBoard('stm32f103-bluepill')), 0],
])(
  'planes that %s: sixteen times the pixels are four times the work',
  async (_, target, weight) => {
    const work = (n: number) => {
      const bytes = writeTflite(planes(n, weight));
      return countWork(() => compile(bytes, target, { name: 'planes' }));
    };
    await work(10);
    const [small, large] = [await work(300), await work(1200)];
    expect(large / small).toBeLessThan(5.5);
  },
);
