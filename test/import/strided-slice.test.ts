import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { float, ints, operator } from '../support/file-models.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileOption } from '../support/tflite-writer.ts';

describe('STRIDED_SLICE', () => {
  const [BEGIN, END, ELLIPSIS, NEW_AXIS, SHRINK] = [0, 1, 2, 3, 4];
  interface Case {
    readonly slice: string;
    readonly shape: number[];
    readonly begin: number[];
    readonly end: number[];
    readonly step: number[];
    /** Fields of StridedSliceOptions with their bits. */
    readonly masks: readonly (readonly [number, number])[];
    readonly result: { readonly shape: number[]; readonly values: number[] };
  }
  const CASES: Case[] = [
    {
      slice: 'x[1, 0:4:2]',
      ...{ shape: [2, 4], begin: [1, 0], end: [2, 4], step: [1, 2], masks: [[SHRINK, 1]] },
      result: { shape: [2], values: [4, 6] },
    },
    {
      slice: 'x[..., 1]',
      ...{ shape: [2, 1, 3], begin: [0, 1], end: [0, 2], step: [1, 1] },
      masks: [
        [ELLIPSIS, 1],
        [SHRINK, 2],
      ],
      result: { shape: [2, 1], values: [1, 4] },
    },
    {
      slice: 'x[:, None, -1:]',
      ...{ shape: [2, 2], begin: [0, 0, -1], end: [0, 0, 0], step: [1, 1, 1] },
      masks: [
        [BEGIN, 1],
        [END, 5],
        [NEW_AXIS, 2],
      ],
      result: { shape: [2, 1, 1], values: [1, 3] },
    },
    {
      slice: 'x[::-1]',
      ...{ shape: [3], begin: [0], end: [0], step: [-1] },
      masks: [
        [BEGIN, 1],
        [END, 1],
      ],
      result: { shape: [3], values: [2, 1, 0] },
    },
  ];
  it.each(CASES)('$slice', ({ shape, begin, end, step, masks, result }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const options = masks.map(([field, bits]): FileOption => [field, 'int', bits]);
    const model = {
      tensors: [float(shape), ints(...begin), ints(...end), ints(...step), float(result.shape)],
      operators: [operator('STRIDED_SLICE', [0, 1, 2, 3], [4], options)],
      inputs: [0],
      outputs: [4],
    };
    const graph = importModel(writeTflite(model), 'made.tflite');
    expect(graph.tensors.get(4)!.shape).toEqual(result.shape);
    const input = Float32Array.from({ length: count }, (_x, i) => i);
    const output = new Interpreter(graph).runBytes(new Uint8Array(input.buffer));
    expect([...new Float32Array(output.buffer)]).toEqual(result.values);
  });
});
