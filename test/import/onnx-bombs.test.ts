import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { floats, int64s, writeOnnx } from '../support/onnx-writer.ts';
import type { WrittenModel } from '../support/onnx-writer.ts';

// What is spent is counted, so these tests say that the counting happens; they do not take time.

const node = (type: string, inputs: readonly string[], output = 'z', attributes = {}) => ({
  ...{ type, inputs, outputs: [output], attributes },
});
const [SPENT, OPERANDS] = [
  /takes too long to compute while/,
  /operators with more than \d+ operands/,
];

it.each<[string, readonly number[], Record<string, object>, WrittenModel['nodes'], RegExp]>([
  [
    'ConstantOfShape',
    [1],
    { s: int64s([2 ** 27]) },
    [node('ConstantOfShape', ['s'], 'c'), node('Add', ['x', 'c'])],
    SPENT,
  ],
  [
    'Range',
    [1],
    { a: int64s([0]), b: int64s([2 ** 27]), c: int64s([1]) },
    [
      node('Range', ['a', 'b', 'c'], 'r'),
      node('Cast', ['r'], 'f', { to: 1 }),
      node('Add', ['x', 'f']),
    ],
    SPENT,
  ],
  [
    'OneHot',
    [1],
    { d: int64s([2 ** 27]), v: floats([2], [0, 1]) },
    [node('OneHot', ['x', 'd', 'v'])],
    SPENT,
  ],
  ['Trilu', [16384, 16384], {}, [node('Trilu', ['x'])], SPENT],
  ['EyeLike', [16384, 16384], {}, [node('EyeLike', ['x'])], SPENT],
  ['Expand', [1, 1], { s: int64s([1, 2 ** 27]) }, [node('Expand', ['x', 's'])], SPENT],
  [
    'Gather of many runs',
    [4],
    { i: int64s(Array.from({ length: 2 ** 16 }, (_, at) => [0, 1, 3, 0][at % 4]!)) },
    [node('Gather', ['x', 'i'])],
    OPERANDS,
  ],
  ['Tile', [1, 2], { s: int64s([1, 2 ** 16]) }, [node('Tile', ['x', 's'])], OPERANDS],
  ['CumSum', [1, 2 ** 15], { s: int64s([1]) }, [node('CumSum', ['x', 's'])], OPERANDS],
])('%s has a budget', (_, shape, constants, nodes, message) => {
  const file = writeOnnx({ inputs: { x: shape }, outputs: ['z'], constants, nodes });
  expect(() => importModel(file, 'bomb.onnx')).toThrow(message);
});

it('Expand to many is one operator', () => {
  const constants = { s: int64s([1, 2 ** 16]) };
  const nodes = [node('Expand', ['x', 's'])];
  const file = writeOnnx({ inputs: { x: [1, 1] }, outputs: ['z'], constants, nodes });
  expect(importModel(file, 'wide.onnx').nodes.map(({ op }) => op)).toEqual(['slice']);
});

it.each([
  ['no outputs', { x: [4] }, []],
  ['no inputs', {}, ['c']],
  ['\\[0\\]', { x: [0] }, ['c']],
])('ends of a model: %s', (message, inputs, outputs) => {
  const file = writeOnnx({ inputs, outputs, constants: { c: floats([1], [1]) }, nodes: [] });
  expect(() => importModel(file, 'ends.onnx')).toThrow(new RegExp(message));
});

it('nodes that stand before those they read from are put in order, and none is lost', () => {
  const file = writeOnnx({
    ...{ inputs: { x: [1, 4] }, outputs: ['z'] },
    nodes: [node('Mul', ['a', 'b']), node('Sigmoid', ['a'], 'b'), node('Relu', ['x'], 'a')],
  });
  expect(importModel(file, 'order.onnx').nodes.map(({ op }) => op)).toEqual([
    'relu',
    'logistic',
    'mul',
  ]);
});
