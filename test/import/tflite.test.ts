import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { compileModel } from '../../src/pipeline.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type {
  FileModel,
  FileOperator,
  FileSparsity,
  FileTensor,
} from '../support/tflite-writer.ts';

// Codes of TFLite's TensorType and BuiltinOperator.
const [FLOAT32, INT32, STRING, INT4] = [0, 2, 5, 17];
const [ADD, CONV_2D, LSTM, RELU, STRIDED_SLICE, DENSIFY] = [0, 3, 16, 19, 45, 124];
const STRIDED_SLICE_OPTIONS = 32;

const float = (shape: readonly number[], name?: string): FileTensor => ({
  type: FLOAT32,
  shape,
  ...(name !== undefined && { name }),
});
const relu = (input: number, output: number): FileOperator => ({
  code: RELU,
  inputs: [input],
  outputs: [output],
});
const ints = (values: readonly number[]): FileTensor => ({
  type: INT32,
  shape: [values.length],
  data: new Uint8Array(Int32Array.from(values).buffer),
});

function problemsOf(model: FileModel) {
  try {
    importModel(writeTflite(model), 'made.tflite');
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics;
    throw error;
  }
  throw new Error('the model was imported');
}

it('a chain in any order is sorted, and computes', () => {
  const model = {
    tensors: [float([1, 2]), float([1, 2]), float([1, 2])],
    operators: [relu(1, 2), relu(0, 1)],
    inputs: [0],
    outputs: [2],
  };
  const graph = importModel(writeTflite(model), 'made.tflite');
  const output = new Interpreter(graph).runBytes(new Uint8Array(Float32Array.of(-3, 5).buffer));
  expect(new Float32Array(output.buffer)).toEqual(Float32Array.of(0, 5));
});

describe('what cannot be imported', () => {
  it('is listed all at once, each with its layer, a reason and a hint', () => {
    const problems = problemsOf({
      tensors: [
        float([1, 4, 4, 2]),
        float([1, 4, 4, 2], 'boxes'),
        float([1, 4, 4, 2], 'memory'),
        { type: INT4, shape: [2, 1, 1, 2], name: 'packed', data: new Uint8Array(2) },
        float([1, 4, 4, 2], 'narrow'),
        { type: STRING, shape: [1], name: 'words' },
      ],
      operators: [
        { code: 'TFLite_Detection_PostProcess', inputs: [0], outputs: [1] },
        { code: LSTM, inputs: [0], outputs: [2] },
        { code: CONV_2D, optionsType: 1, inputs: [0, 3], outputs: [4] },
        relu(0, 5),
      ],
      inputs: [0],
      outputs: [1, 2, 4, 5],
    });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('TFLite_Detection_PostProcess is a custom operator'),
      expect.stringContaining('LSTM is not supported'),
      expect.stringContaining('"packed" has the element type INT4'),
      expect.stringContaining('"words" has the element type STRING'),
    ]);
    for (const [i, name] of ['boxes', 'memory', 'narrow', 'words'].entries()) {
      expect(problems[i]!.where).toBe(`made.tflite operator #${i} "${name}"`);
      expect(problems[i]!.hint).toBeTruthy();
    }
  });

  it.each([
    ['a cycle', [relu(0, 1), relu(2, 3), relu(3, 2)], [1], /cycle/],
    ['a tensor that nothing writes', [relu(2, 1)], [1], /reads "t2", which nothing writes/],
    ['a tensor written twice', [relu(0, 1), relu(0, 1)], [1], /written twice/],
    ['an output that nothing writes', [relu(0, 1)], [3], /nothing writes the output/],
    ['an input that is written', [relu(0, 1), relu(1, 0)], [1], /is written by the model/],
  ])('%s', (_, operators, outputs, message) => {
    const tensors = [0, 1, 2, 3].map(() => float([1, 2]));
    const problems = problemsOf({ tensors, operators, inputs: [0], outputs });
    expect(problems[0]!.code).toBe('malformed-model');
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });

  it.each([
    ['negative', [1, -2]],
    ['beyond all memory', [65536, 65536]],
    ['of too many dimensions', [1, 1, 1, 1, 1, 1, 1, 1]],
    ['empty', [1, 0]],
  ])('shapes that are %s', (_, shape) => {
    const tensors = [float(shape), float([1, 2])];
    const problems = problemsOf({ tensors, operators: [relu(0, 1)], inputs: [0], outputs: [1] });
    expect(problems[0]!.code).toBe('malformed-model');
  });
});

it('names that would break C stay in comments and strings, harmless', () => {
  const evil = '*/ int main(void) {"\\\n#include </etc/passwd> ??/ \u0000é';
  const graph = importModel(
    writeTflite({
      tensors: [float([1, 2], evil), float([1, 2], evil)],
      operators: [relu(0, 1)],
      inputs: [0],
      outputs: [1],
    }),
    evil,
  );
  const { library } = compileModel(
    { name: 'made', source: evil, bytes: new Uint8Array(), graph },
    HOST_TARGET,
  );
  const code = library.files.get('made.c')!;
  const outside = code.replace(/\/\*[^]*?\*\//g, '').replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
  expect(outside).not.toMatch(/main|passwd|\?\?\//);
});

describe('sparse constants', () => {
  // [4, 2] in blocks of 2 x 1, of which two are there: rows 0 and 1 of column 1, rows 2 and 3 of column 0.
  const BLOCKS: FileSparsity = {
    order: [0, 1, 2],
    blockMap: [0],
    levels: [2, { segments: [0, 1, 2], indices: [1, 0] }, 2],
  };
  const model = (sparsity: FileSparsity): FileModel => ({
    tensors: [
      { type: FLOAT32, shape: [4, 2], sparsity, data: bytes([1, 2, 3, 4]) },
      float([4, 2]),
      float([4, 2]),
      float([4, 2]),
    ],
    operators: [
      { code: DENSIFY, inputs: [0], outputs: [1] },
      { code: ADD, optionsType: 11, inputs: [2, 1], outputs: [3] },
    ],
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
    expect(problemsOf(model(sparsity))[0]!.code).toBe('malformed-model');
  });
});

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
    const model = {
      tensors: [float(shape), ints(begin), ints(end), ints(step), float(result.shape)],
      operators: [
        {
          code: STRIDED_SLICE,
          optionsType: STRIDED_SLICE_OPTIONS,
          options: masks.map(([field, bits]) => [field, 'int', bits] as const),
          inputs: [0, 1, 2, 3],
          outputs: [4],
        },
      ],
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
