import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { compile } from '../../src/pipeline.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import { constant, float, int8, ints, oneOperator, operator } from '../support/file-models.ts';
import { problemOf } from '../support/import-problems.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel, FileOption, FileTensor } from '../support/tflite-writer.ts';

// What is spent is counted, so these tests say that the counting happens; they do not take time.

/** A constant, made larger by one operator, added to the input. */
function grown(
  by: (tensors: { from: number; to: number }) => FileModel['operators'][number],
  operands: readonly FileTensor[],
  shape: readonly number[],
): FileModel {
  const output = operands.length;
  const tensors = [...operands, float(shape), float([1]), float(shape)];
  return {
    tensors,
    operators: [by({ from: 0, to: output }), operator('ADD', [output, output + 1], [output + 2])],
    inputs: [output + 1],
    outputs: [output + 2],
  };
}

const MILLIONS = 2 ** 23;
const SPENT = /takes too long to compute while the model is read/;
const window: readonly FileOption[] = [
  [1, 'int', 1],
  [2, 'int', 1],
];

it.each([
  [
    'FILL',
    grown(
      ({ to }) => operator('FILL', [0, 1], [to]),
      [ints(8192, 8192), constant(float([]))],
      [8192, 8192],
    ),
  ],
  [
    'RANGE',
    grown(
      ({ to }) => operator('RANGE', [0, 1, 2], [to]),
      [constant(float([]), [0]), constant(float([]), [1e8]), constant(float([]), [1])],
      [1e8],
    ),
  ],
  [
    'PAD',
    grown(
      ({ from, to }) => operator('PAD', [from, 1], [to]),
      [constant(float([1, 1])), constant({ type: 2, shape: [2, 2] }, [4000, 4000])],
      [8001, 8001],
    ),
  ],
  [
    'RESIZE_BILINEAR',
    grown(
      ({ from, to }) => operator('RESIZE_BILINEAR', [from, 1], [to]),
      [constant(float([1, 1, 1, 1])), ints(8192, 8192)],
      [1, 8192, 8192, 1],
    ),
  ],
  [
    'CONV_2D',
    grown(
      ({ from, to }) => operator('CONV_2D', [from, 1], [to], window),
      [constant(float([1, 60, 60, 16])), constant(float([16, 60, 60, 16]))],
      [1, 60, 60, 16],
    ),
  ],
  [
    'MAX_POOL_2D',
    grown(
      ({ from, to }) =>
        operator('MAX_POOL_2D', [from], [to], [...window, [3, 'int', 300], [4, 'int', 300]]),
      [constant(float([1, 300, 300, 1]))],
      [1, 300, 300, 1],
    ),
  ],
])('%s of constants has a budget', (_, model) => {
  expect(problemOf(model)).toMatch(SPENT);
});

it('constants read by many layers have a budget', () => {
  const layers = 2000;
  const model = {
    tensors: [
      float([1, 100]),
      constant(float([100, 100])),
      ...Array.from({ length: layers }, () => float([1, 100])),
    ],
    operators: Array.from({ length: layers }, (_, i) =>
      operator('FULLY_CONNECTED', [0, 1], [i + 2]),
    ),
    inputs: [0],
    outputs: [layers + 1],
  };
  expect(problemOf(model)).toMatch(/the same large constants over and over/);
});

it('sparse constants have a budget', () => {
  const sparsity = { order: [0, 1], blockMap: [], levels: [8192, 8192] };
  const sparse: FileTensor = { ...float([8192, 8192]), sparsity, data: new Uint8Array(4) };
  expect(problemOf(oneOperator('ADD', [float([1]), sparse], [float([8192, 8192])]))).toMatch(
    /grow far beyond the size of the file/,
  );
});

it('a chain as long as a file allows is imported', () => {
  const length = 5000;
  const model = {
    tensors: Array.from({ length: length + 1 }, () => int8([1, 4])),
    operators: Array.from({ length }, (_, i) => operator('RELU', [i], [i + 1])),
    inputs: [0],
    outputs: [length],
  };
  expect(problemOf(model)).toBeUndefined();
});

it.each([
  ['RELU', [], [1, MILLIONS]],
  ['PAD', [constant({ type: 2, shape: [2, 2] }, [0, 0, 1, 0])], [1, MILLIONS + 1]],
  ['PADV2', [constant({ type: 2, shape: [2, 2] }, [0]), constant(int8([]), [9])], [1, MILLIONS]],
  ['RESHAPE', [ints(MILLIONS, 1)], [MILLIONS, 1]],
  ['SLICE', [ints(0, 1), ints(1, MILLIONS - 1)], [1, MILLIONS - 1]],
] as const)(
  '%s of millions of channels is compiled without a look at each',
  (name, operands, to) => {
    const model = oneOperator(name, [int8([1, MILLIONS]), ...operands], [int8(to)]);
    expect(compile(writeTflite(model), HOST_TARGET, { name: 'wide' }).removed.length).toBe(0);
  },
);

it('the reference refuses what it would compute for days', () => {
  const pool = oneOperator(
    'MAX_POOL_2D',
    [float([1, 4000, 4000, 1])],
    [float([1, 4000, 4000, 1])],
    [...window, [3, 'int', 4000], [4, 'int', 4000]],
  );
  const graph = importModel(writeTflite(pool), 'pool');
  expect(() => new Interpreter(graph)).toThrow(/too-much-work/);
});
