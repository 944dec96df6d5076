import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { constant, int8, oneOperator, ints } from '../support/file-models.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileTensor } from '../support/tflite-writer.ts';

const INT4 = 17;
const VALUES = [-8, 7, 3, -5, 0, -1, 1, 6, -2];

function packed(shape: readonly number[], bytes: number): FileTensor {
  const data = new Uint8Array(bytes);
  VALUES.forEach((value, i) => (data[i >> 1]! |= (value & 15) << (4 * (i & 1))));
  return { type: INT4, shape, scales: [0.25], zeroPoints: [0], data };
}

function dense(weights: FileTensor): Uint8Array {
  const bias: FileTensor = { ...ints(5, -6, 7), scales: [0.125], zeroPoints: [0] };
  return writeTflite(oneOperator('FULLY_CONNECTED', [int8([2, 3]), weights, bias], [int8([2, 3])]));
}

it('weights of four bits, an odd number of them, are those of eight', () => {
  const wide = constant(int8([3, 3], 0.25, 0), VALUES);
  const input = Uint8Array.of(1, 200, 3, 40, 255, 128);
  const [narrow, wanted] = [packed([3, 3], 5), wide].map((weights) =>
    new Interpreter(importModel(dense(weights), 'model')).runBytes(input),
  );
  expect(narrow).toEqual(wanted);
});

it.each([4, 6, 9])('%s bytes are not those of nine', (bytes) => {
  expect(() => importModel(dense(packed([3, 3], bytes)), 'model')).toThrow(
    `has ${bytes} bytes of data, its shape needs 5`,
  );
});

it('what is computed has more bits', () => {
  const narrow: FileTensor = { type: INT4, shape: [2, 3], scales: [0.25], zeroPoints: [0] };
  const model = writeTflite(oneOperator('RELU', [narrow], [narrow]));
  expect(() => importModel(model, 'model')).toThrow(/element type INT4/);
});
