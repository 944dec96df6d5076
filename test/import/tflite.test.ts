import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { compileModel } from '../../src/pipeline.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import { float, oneOperator, operator } from '../support/file-models.ts';
import { problemsOf } from '../support/import-problems.ts';
import { writeTflite } from '../support/tflite-writer.ts';

// Codes of TFLite's TensorType and BuiltinOperator that thimble does not read.
const [STRING, BFLOAT16] = [5, 18];
const LSTM = 16;

const relu = (input: number, output: number) => operator('RELU', [input], [output]);

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
        { ...float([1, 4, 4, 2]), name: 'boxes' },
        { ...float([1, 4, 4, 2]), name: 'memory' },
        { type: BFLOAT16, shape: [2, 1, 1, 2], name: 'packed', data: new Uint8Array(2) },
        { ...float([1, 4, 4, 2]), name: 'narrow' },
        { type: STRING, shape: [1], name: 'words' },
      ],
      operators: [
        { code: 'edgetpu-custom-op', inputs: [0], outputs: [1] },
        { code: LSTM, inputs: [0], outputs: [2] },
        operator('CONV_2D', [0, 3], [4]),
        relu(0, 5),
      ],
      inputs: [0],
      outputs: [1, 2, 4, 5],
    });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('edgetpu-custom-op is a custom operator'),
      expect.stringContaining('LSTM is not supported'),
      expect.stringContaining('"packed" has the element type BFLOAT16'),
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
    expect(problems[0]?.code).toBe('malformed-model');
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
    expect(problems[0]?.code).toBe('malformed-model');
  });
});

it('names that would break C stay in comments and strings, harmless', () => {
  const evil = '*/ int main(void) {"\\\n#include </etc/passwd> ??/ \u0000é';
  const graph = importModel(
    writeTflite({
      tensors: [0, 1].map(() => ({ ...float([1, 2]), name: evil })),
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

describe('sizes that a file leaves open', () => {
  const open = { ...float([1, 1, 1, 2]), name: 'image', signature: [-1, -1, -1, 2] };
  const model = writeTflite(oneOperator('RELU', [open], [{ ...open, name: 'y' }]));
  const read = (shape?: number[]) => {
    const notes: string[] = [];
    const shapes = new Map(shape && [['image', shape]]);
    const graph = importModel(model, 'made', { shapes, onNote: (text) => notes.push(text) });
    return { notes, shape: graph.tensors.get(graph.outputs[0]!)!.shape };
  };

  it('are said', () => {
    expect(read().notes).toEqual([
      expect.stringContaining('[-1,-1,-1,2]; it is taken as [1,1,1,2]'),
    ]);
  });

  it('are set by the user, and then not said', () => {
    expect(read([1, 6, 5, 2])).toEqual({ notes: [], shape: [1, 6, 5, 2] });
  });

  it('are the only ones that can be set', () => {
    expect(() => read([1, 6, 5, 3])).toThrow(/does not fit/);
    expect(() => importModel(model, 'made', { shapes: new Map([['x', [1]]]) })).toThrow(
      /no input "x"/,
    );
  });
});
