import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { constant, float } from '../support/file-models.ts';
import { problemOf } from '../support/import-problems.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel } from '../support/tflite-writer.ts';

const [SAME, VALID] = [1, 2];

// Of each pixel of a row of two: itself, twice and three times it, at strides of 2.
function modelOf(options: readonly number[], width: number): FileModel {
  const tensors = [
    ...[float([1, 1, 2, 1]), constant(float([1, 1, 3, 1]), [1, 2, 3]), constant(float([1]), [10])],
    float([1, 1, width, 1]),
  ];
  const custom = bytesOf(Int32Array.from(options));
  const operators = [
    { code: 'Convolution2DTransposeBias', custom, inputs: [0, 1, 2], outputs: [3] },
  ];
  return { tensors, operators, inputs: [0], outputs: [3] };
}

it.each([
  ['all that it reaches', VALID, [11, 12, 15, 14, 16]],
  ['what is left when it is cut on both sides', SAME, [11, 12, 15, 14]],
])('gives %s', (_, scheme, expected) => {
  const file = writeTflite(modelOf([scheme, 2, 1], expected.length));
  const output = new Interpreter(importModel(file, 'bias.tflite')).runBytes(
    bytesOf(Float32Array.of(1, 2)),
  );
  expect([...new Float32Array(Uint8Array.from(output).buffer)]).toEqual(expected);
});

it('refuses other options', () => {
  expect(problemOf(modelOf([3, 2, 1], 5))).toMatch(/padding scheme has the code 3/);
  expect(problemOf(modelOf([VALID, 2], 5))).toMatch(/not those of MediaPipe/);
  expect(problemOf(modelOf([VALID, 0, 1], 5))).toMatch(/stride is 1x0/);
});
