import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { float, operator } from '../support/file-models.ts';
import { problemsOf } from '../support/import-problems.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel, FileSparsity } from '../support/tflite-writer.ts';

const DENSIFY = 124;

describe('sparse constants', () => {
  // [4, 2] in blocks of 2 x 1, of which two are there: rows 0 and 1 of column 1, rows 2 and 3 of column 0.
  const BLOCKS: FileSparsity = {
    order: [0, 1, 2],
    blockMap: [0],
    levels: [2, { segments: [0, 1, 2], indices: [1, 0] }, 2],
  };
  const model = (sparsity: FileSparsity): FileModel => ({
    tensors: [
      { ...float([4, 2]), sparsity, data: bytes([1, 2, 3, 4]) },
      float([4, 2]),
      float([4, 2]),
      float([4, 2]),
    ],
    operators: [{ code: DENSIFY, inputs: [0], outputs: [1] }, operator('ADD', [2, 1], [3])],
    inputs: [2],
    outputs: [3],
  });
  const bytes = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);

  it('become dense where DENSIFY reads them', () => {
    const graph = importModel(writeTflite(model(BLOCKS)), 'made.tflite');
    expect(graph.nodes.map(({ op }) => op)).toEqual(['add']);
    const output = new Interpreter(graph).runBytes(new Uint8Array(32));
    expect([...new Float32Array(output.buffer)]).toEqual([0, 1, 0, 2, 3, 0, 4, 0]);
  });

  it.each([
    ['an index outside', { ...BLOCKS, levels: [2, { segments: [0, 1, 2], indices: [1, 7] }, 2] }],
    [
      'more elements than data',
      { ...BLOCKS, levels: [2, { segments: [0, 2, 4], indices: [0, 1, 0, 1] }, 2] },
    ],
    ['levels that do not fit', { ...BLOCKS, order: [0, 1] }],
    ['a block that is not dense', { ...BLOCKS, levels: [2, 2, { segments: [0], indices: [] }] }],
    ['more dense levels than there is room', { ...BLOCKS, levels: [4096, 4096, 4096] }],
    [
      'segments that go back',
      { ...BLOCKS, levels: [2, { segments: [0, 2, 1], indices: [1, 0] }, 2] },
    ],
    ['an order that repeats', { ...BLOCKS, order: [0, 0, 2] }],
  ])('with %s are refused', (_, sparsity) => {
    expect(problemsOf(model(sparsity))[0]?.code).toBe('malformed-model');
  });
});
