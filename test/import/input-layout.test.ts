import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import type { ImportOptions } from '../../src/import/open-shapes.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { tensorOf, typedNodes } from '../../src/ir/graph.ts';
import { copyReports, describeCopies } from '../../src/report/copies.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { floats, writeOnnx } from '../support/onnx-writer.ts';
import type { WrittenModel } from '../support/onnx-writer.ts';

const read = (model: WrittenModel, options?: ImportOptions) =>
  importModel(writeOnnx(model), 'test.onnx', options);

// A picture of 2 channels, 2 rows and 3 columns, a convolution, and its transpose to [n, y, x, c].
const PICTURE: WrittenModel = {
  ...{ inputs: { x: [1, 2, 2, 3] }, outputs: ['z'] },
  constants: { w: floats([2, 2, 1, 1], [1, 0.5, -2, 4]) },
  nodes: [
    { type: 'Conv', inputs: ['x', 'w'], outputs: ['y'] },
    { type: 'Transpose', inputs: ['y'], outputs: ['z'], attributes: { perm: [0, 2, 3, 1] } },
  ],
};
const PLANES = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15];
const PIXELS = [0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15];

function run(options: ImportOptions, input: readonly number[]): number[] {
  const result = new Interpreter(read(PICTURE, options)).runBytes(
    bytesOf(Float32Array.from(input)),
  );
  return [...new Float32Array(result.slice().buffer)];
}

function refusal(model: WrittenModel, options: ImportOptions): CompileError {
  try {
    read(model, options);
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('--input-layout nhwc', () => {
  it('takes pixels one after another, gives the same, and copies nothing', () => {
    const graph = read(PICTURE, { inputLayout: 'nhwc' });
    expect(tensorOf(graph, graph.inputs[0]!).shape).toEqual([1, 2, 3, 2]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['conv2d']);
    const expected = PIXELS.flatMap((_, i) =>
      i % 2 === 0 ? [] : [PIXELS[i - 1]! + 0.5 * PIXELS[i]!, -2 * PIXELS[i - 1]! + 4 * PIXELS[i]!],
    );
    expect(run({ inputLayout: 'nhwc' }, PIXELS)).toEqual(expected);
    expect(run({}, PLANES)).toEqual(expected);
  });

  it('the copy that is there without it is told, and how to do without', () => {
    const notesOf = (options: ImportOptions) => {
      const notes: string[] = [];
      const graph = read(PICTURE, { ...options, onNote: (note) => notes.push(note) });
      return { notes, copies: copyReports(typedNodes(graph), graph.inputs) };
    };
    const { notes, copies } = notesOf({});
    expect(notes).toEqual([
      expect.stringMatching(
        /"x" \[1,2,2,3\] is copied.*--input-layout nhwc takes it as \[1,2,3,2\]/,
      ),
    ]);
    expect(copies).toEqual([
      { index: 0, name: 'y', from: [1, 2, 2, 3], to: [1, 2, 3, 2], bytes: 48, input: 'x' },
    ]);
    expect(describeCopies(copies)).toEqual([
      '1 layer copies to bring axes into another order:',
      '  #0 the input "x": [1,2,2,3] becomes [1,2,3,2], 48 B',
      '',
    ]);
    expect(notesOf({ inputLayout: 'nhwc' })).toEqual({ notes: [], copies: [] });
  });

  it('a copy inside is told by the layer it belongs to', () => {
    const model = { ...PICTURE, nodes: [{ ...PICTURE.nodes[0]!, outputs: ['z'] }] };
    const graph = read(model, { inputLayout: 'nhwc' });
    expect(copyReports(typedNodes(graph), graph.inputs)).toEqual([
      { index: 1, name: 'z', from: [1, 2, 3, 2], to: [1, 2, 2, 3], bytes: 48, input: null },
    ]);
  });

  it('is refused where no input has four axes', () => {
    const model = {
      inputs: { x: [3, 4] },
      outputs: ['z'],
      nodes: [{ type: 'Relu', inputs: ['x'], outputs: ['z'] }],
    };
    const [diagnostic] = refusal(model, { inputLayout: 'nhwc' }).diagnostics;
    expect(diagnostic).toMatchObject({ code: 'bad-option', notes: ['its inputs: "x" [3,4]'] });
  });

  it('leaves states in the order that their outputs have', () => {
    const shape = [1, 2, 2, 3];
    const model = {
      ...{ inputs: { x: shape, before: shape }, outputs: ['z', 'after'] },
      nodes: [
        { type: 'Add', inputs: ['x', 'before'], outputs: ['after'] },
        { type: 'Relu', inputs: ['after'], outputs: ['z'] },
      ],
    };
    const states = [['before', 'after']] as const;
    const graph = read(model, { states, inputLayout: 'nhwc' });
    expect(tensorOf(graph, graph.inputs[0]!).shape).toEqual([1, 2, 3, 2]);
    expect(tensorOf(graph, graph.states[0]!.read).shape).toEqual(shape);
    const onlyState = { ...model, inputs: { x: [1], before: shape } };
    expect(refusal(onlyState, { states, inputLayout: 'nhwc' }).diagnostics[0]!.message).toMatch(
      /no input of four axes that is no state/,
    );
  });
});
