import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import type { ImportOptions } from '../../src/import/open-shapes.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { floats, int64s, writeOnnx } from '../support/onnx-writer.ts';
import type { WrittenModel } from '../support/onnx-writer.ts';

const read = (model: WrittenModel, options?: ImportOptions) =>
  importModel(writeOnnx(model), 'test.onnx', options);
const ops = (model: WrittenModel) => read(model).nodes.map(({ op }) => op);
const run = (model: WrittenModel, ...inputs: readonly number[][]) => {
  const bytes = Buffer.concat(inputs.map((numbers) => bytesOf(Float32Array.from(numbers))));
  return [...new Float32Array(new Interpreter(read(model)).runBytes(bytes).slice().buffer)];
};
function refusals(model: WrittenModel, options?: ImportOptions): string[] {
  try {
    read(model, options);
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics.map(({ message }) => message);
    throw error;
  }
  return [];
}

const node = (
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: WrittenModel['nodes'][0]['attributes'] = {},
) => ({ type, inputs, outputs: [output], attributes });

const PLANE = [1, 4, 6, 6] as const;

describe('the order of axes', () => {
  const conv = (from: string, to: string) => [
    node('Conv', [from, 'w'], to, { pads: [1, 1, 1, 1] }),
  ];
  const w = floats([4, 4, 3, 3], [0.5, -1, 0.25, 2, 1]);

  it('a network of convolutions copies at its ends only', () => {
    const model = {
      ...{ inputs: { x: PLANE }, outputs: ['z'], constants: { w } },
      nodes: [
        ...conv('x', 'a'),
        node('Relu', ['a'], 'b'),
        ...conv('b', 'c'),
        node('Add', ['c', 'b'], 'd'),
        node('Concat', ['d', 'b'], 'z', { axis: 1 }),
      ],
    };
    expect(ops(model)).toEqual([
      'transpose',
      'conv2d',
      'relu',
      'conv2d',
      'add',
      'concat',
      'transpose',
    ]);
  });

  it('a transpose of the model that undoes the kernels’ order costs nothing', () => {
    const model = {
      ...{ inputs: { x: PLANE }, outputs: ['z'], constants: { w, s: int64s([1, -1, 4]) } },
      nodes: [
        ...conv('x', 'a'),
        node('Transpose', ['a'], 'b', { perm: [0, 2, 3, 1] }),
        node('Reshape', ['b', 's'], 'z'),
      ],
    };
    expect(ops(model)).toEqual(['transpose', 'conv2d', 'reshape']);
  });

  it('columns of a matrix move, where a flattened plane would have to', () => {
    const model = {
      ...{ inputs: { x: [1, 2, 1, 2] }, outputs: ['z'] },
      constants: { one: floats([2, 2, 1, 1], [1, 0, 0, 1]), m: floats([4, 1], [1, 10, 100, 1000]) },
      nodes: [
        node('Conv', ['x', 'one'], 'a'),
        node('Flatten', ['a'], 'b'),
        node('Gemm', ['b', 'm'], 'z'),
      ],
    };
    expect(run(model, [1, 2, 3, 4])).toEqual([4321]);
    expect(ops(model)).not.toContain('concat');
    expect(ops(model).filter((op) => op === 'transpose')).toHaveLength(1);
  });
});

describe('what is computed while a model is read', () => {
  it('shapes of shapes', () => {
    const model = {
      ...{
        inputs: { x: [2, 3, 4] },
        outputs: ['z'],
        constants: { i: int64s([0]), r: int64s([-1]) },
      },
      nodes: [
        node('Shape', ['x'], 's'),
        node('Gather', ['s', 'i'], 'n'),
        node('Concat', ['n', 'r'], 't', { axis: 0 }),
        node('Reshape', ['x', 't'], 'z'),
      ],
    };
    expect(ops(model)).toEqual(['reshape']);
    expect(read(model).tensors.get(read(model).outputs[0]!)!.shape).toEqual([2, 12]);
  });

  it('a batch norm becomes a part of the convolution before it', () => {
    const constants = {
      ...{ w: floats([1, 1, 1, 1], [2]), s: floats([1], [3]), b: floats([1], [0.5]) },
      ...{ m: floats([1], [1]), v: floats([1], [4]) },
    };
    const model = {
      ...{ inputs: { x: [1, 1, 1, 2] }, outputs: ['z'], constants },
      nodes: [
        node('Conv', ['x', 'w'], 'a'),
        node('BatchNormalization', ['a', 's', 'b', 'm', 'v'], 'z', { epsilon: 1e-9 }),
      ],
    };
    expect(ops(model)).toEqual(['reshape', 'conv2d', 'reshape']);
    expect(run(model, [1, 4])).toEqual([2, 11]);
  });
});

describe('refusals', () => {
  it('name every operator, its operator set and what to do', () => {
    const model = {
      ...{ opset: 13, inputs: { x: [4] }, outputs: ['b', 'c'] },
      nodes: [node('NonZero', ['x'], 'a'), node('Frobnicate', ['x'], 'b'), node('Neg', ['a'], 'c')],
    };
    const found = refusals(model);
    expect(found[0]).toMatch(/^NonZero makes as many values as its data say.*operator set 13/);
    expect(found[1]).toMatch(/^Frobnicate is not supported/);
  });

  it('an operator set that is too new, values that nothing writes, cycles', () => {
    const one = { inputs: { x: [4] }, outputs: ['z'] };
    expect(refusals({ ...one, opset: 28, nodes: [node('Relu', ['x'], 'z')] })[0]).toMatch(
      /operator set 28/,
    );
    expect(refusals({ ...one, nodes: [node('Relu', ['y'], 'z')] })[0]).toMatch(/nothing writes/);
    const cycle = [node('Add', ['x', 'z'], 'y'), node('Relu', ['y'], 'z')];
    expect(refusals({ ...one, nodes: cycle })[0]).toMatch(/depends on itself/);
  });

  it('attributes that no reader asked for', () => {
    const model = {
      inputs: { x: [4] },
      outputs: ['z'],
      nodes: [node('Relu', ['x'], 'z', { slope: 2 })],
    };
    expect(refusals(model)[0]).toMatch(/its attribute slope is set/);
  });
});

describe('inputs', () => {
  const model = (sizes: readonly (number | string)[]) => ({
    ...{ inputs: { x: sizes }, outputs: ['z'], nodes: [node('Relu', ['x'], 'z')] },
  });

  it('the batch is 1 where it is open; other sizes are asked for', () => {
    const notes: string[] = [];
    const { tensors } = read(model(['n', 3]), { onNote: (note) => notes.push(note) });
    expect([...tensors.values()][0]!.shape).toEqual([1, 3]);
    expect(notes[0]).toMatch(/--shape x=1x3/);
    expect(refusals(model([1, 'n']))[0]).toMatch(/leaves sizes open: \[1,n\]/);
    const shapes = new Map([['x', [1, 5]]]);
    expect([...read(model([1, 'n']), { shapes }).tensors.values()][0]!.shape).toEqual([1, 5]);
  });

  it('a frozen one becomes a constant', () => {
    const both = {
      ...{ inputs: { x: [2], y: [2] }, outputs: ['z'], nodes: [node('Add', ['x', 'y'], 'z')] },
    };
    const freeze = new Map([['y', bytesOf(Float32Array.of(1, 2))]]);
    const graph = read(both, { freeze });
    expect(graph.inputs).toHaveLength(1);
    const result = new Interpreter(graph).runBytes(bytesOf(Float32Array.of(10, 20)));
    expect([...new Float32Array(result.slice().buffer)]).toEqual([11, 22]);
    expect(refusals(both, { freeze: new Map([['y', new Uint8Array(3)]]) })[0]).toMatch(
      /--freeze gives 3 bytes/,
    );
  });
});
