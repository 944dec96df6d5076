import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { constant, float, oneOperator, TYPES } from '../support/file-models.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileTensor } from '../support/tflite-writer.ts';

const STORED = [-128, 127, 3, -5, 0, 64];
const SCALES = [0.5, 0.25];

function dense(weights: FileTensor): Uint8Array {
  const bias = constant(float([2]), [1, -1]);
  return writeTflite(
    oneOperator('FULLY_CONNECTED', [float([1, 3]), weights, bias], [float([1, 2])]),
  );
}

it('int8 weights of a layer on floats are the numbers that they stand for', () => {
  const narrow = constant(
    { type: TYPES.int8, shape: [2, 3], scales: SCALES, zeroPoints: [0, 0], axis: 0 },
    STORED,
  );
  const real = constant(
    float([2, 3]),
    STORED.map((stored, i) => stored * SCALES[Math.floor(i / 3)]!),
  );
  const notes: string[] = [];
  const hybrid = importModel(dense(narrow), 'hybrid', { onNote: (note) => notes.push(note) });
  const input = new Uint8Array(Float32Array.of(0.1, -2, 3.5).buffer);
  const wanted = new Interpreter(importModel(dense(real), 'float')).runBytes(input);
  expect(new Interpreter(hybrid).runBytes(input)).toEqual(wanted);
  expect(notes.join()).toMatch(/1 int8 constants .* are kept as the floats/);
});

it('int8 layers keep their weights', () => {
  const int8 = (shape: readonly number[]): FileTensor => {
    return { type: TYPES.int8, shape, scales: [0.5], zeroPoints: [0] };
  };
  const file = oneOperator(
    'FULLY_CONNECTED',
    [int8([1, 3]), constant(int8([2, 3]))],
    [int8([1, 2])],
  );
  const { tensors } = importModel(writeTflite(file), 'int8');
  expect([...tensors.values()].some(({ dtype }) => dtype === 'float32')).toBe(false);
});
