import { bytes8, floats, int64s } from './onnx-writer.ts';
import type { WrittenModel, WrittenNode } from './onnx-writer.ts';

const PLANE = [1, 4, 6, 6];
const MIXED = [0.5, -1, 0.25, 2, 1];

function node(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[] = ['z'],
  attributes: WrittenNode['attributes'] = {},
): WrittenNode {
  return { type, inputs, outputs, attributes };
}

/** A model of one node, whose other operands are constants. */
function one(
  type: string,
  shape: readonly number[],
  constants: Readonly<Record<string, object>> = {},
  attributes: WrittenNode['attributes'] = {},
): WrittenModel {
  const nodes = [node(type, ['x', ...Object.keys(constants)], ['z'], attributes)];
  return { inputs: { x: shape }, outputs: ['z'], constants, nodes };
}

/** Small models that are right: what mutations start from. */
export const ONNX_SEEDS: readonly WrittenModel[] = [
  {
    ...{ inputs: { x: PLANE }, outputs: ['z'] },
    constants: { w: floats([4, 4, 3, 3], MIXED), s: int64s([1, -1]), m: floats([64, 2], MIXED) },
    nodes: [
      node('Conv', ['x', 'w'], ['a'], { pads: [1, 1, 0, 0], strides: [1, 1] }),
      node('Relu', ['a'], ['b']),
      node('MaxPool', ['b'], ['c'], { kernel_shape: [2, 2], strides: [1, 1] }),
      node('Reshape', ['c', 's'], ['d']),
      node('MatMul', ['d', 'm'], ['z']),
    ],
  },
  {
    ...{ inputs: { x: [2, 3, 4] }, outputs: ['z'] },
    constants: { i: int64s([0]), r: int64s([-1]), two: int64s([2]) },
    nodes: [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'i'], ['n']),
      node('Div', ['n', 'two'], ['h']),
      node('Mul', ['h', 'two'], ['k']),
      node('Concat', ['k', 'r'], ['t'], { axis: 0 }),
      node('Reshape', ['x', 't']),
    ],
  },
  {
    ...{ inputs: { x: PLANE }, outputs: ['z'] },
    constants: {
      ...{ scale: floats([], [0.05]), zero: bytes8([], 2, [128]) },
      ...{ w: bytes8([2, 4, 1, 1], 3, [3, -7, 1, 12, 5, 0, -2, 9]), ws: floats([2], [0.1, 0.2]) },
      wz: bytes8([2], 3, [0, 0]),
    },
    nodes: [
      node('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
      node('DequantizeLinear', ['q', 'scale', 'zero'], ['a']),
      node('DequantizeLinear', ['w', 'ws', 'wz'], ['v'], { axis: 0 }),
      node('Conv', ['a', 'v'], ['c']),
      node('QuantizeLinear', ['c', 'scale', 'zero'], ['d']),
      node('DequantizeLinear', ['d', 'scale', 'zero'], ['z']),
    ],
  },
  {
    ...{ inputs: { x: [3, 1, 2] }, outputs: ['y', 'h'] },
    constants: { w: floats([1, 16, 2], MIXED), r: floats([1, 16, 4], MIXED) },
    nodes: [node('LSTM', ['x', 'w', 'r'], ['y', 'h'], { hidden_size: 4 })],
  },
  {
    ...{ inputs: { x: [4, 4] }, outputs: ['z', 'e'] },
    constants: { shape: int64s([4, 4]), k: int64s([1]), n: int64s([1, 2]), axis: int64s([1]) },
    nodes: [
      node('ConstantOfShape', ['shape'], ['zeros']),
      node('Add', ['x', 'zeros'], ['a']),
      node('Trilu', ['a', 'k'], ['b']),
      node('Tile', ['b', 'n'], ['c']),
      node('CumSum', ['c', 'axis'], ['z']),
      node('EyeLike', ['x'], ['e']),
    ],
  },
  {
    ...{ inputs: { x: [2, 4] }, outputs: ['a', 'b'] },
    nodes: [
      node('Split', ['x'], ['p', 'q'], { axis: 1 }),
      node('Concat', ['q', 'p'], ['c'], { axis: 0 }),
      node('Softmax', ['c'], ['a'], { axis: -1 }),
      node('ArgMax', ['c'], ['i'], { axis: 1, keepdims: 0 }),
      node('Cast', ['i'], ['b'], { to: 1 }),
    ],
  },
  one('Resize', PLANE, { roi: floats([0], [0]), scales: floats([4], [1, 1, 2, 1.5]) }),
  one('ConvTranspose', PLANE, { w: floats([4, 2, 2, 2], MIXED) }, { strides: [2, 2] }),
  one('AveragePool', PLANE, {}, { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  one('InstanceNormalization', PLANE, { s: floats([4], MIXED), b: floats([4], MIXED) }),
  one('LayerNormalization', [2, 5], { s: floats([5], MIXED), b: floats([5], MIXED) }),
  one('Gemm', [2, 4], { m: floats([3, 4], MIXED), c: floats([3], MIXED) }, { transB: 1, alpha: 2 }),
  one('Transpose', [2, 3, 4], {}, { perm: [2, 0, 1] }),
  one('Slice', [4, 6], { from: int64s([0, 1]), to: int64s([3, 5]), axes: int64s([0, 1]) }),
  one('Pad', [2, 3], { pads: int64s([1, 0, 0, 2]) }, { mode: 'constant' }),
  one('ReduceMean', [2, 3, 4], {}, { axes: [1], keepdims: 0 }),
  one('Expand', [3, 1], { shape: int64s([2, 1, 4]) }),
  one('Gather', [5, 2], { i: int64s([4, 0, -1]) }, { axis: 0 }),
  one('Unsqueeze', [3, 2], { axes: int64s([0, 3]) }),
  one(
    'RotaryEmbedding',
    [1, 2, 8],
    { c: floats([1, 2, 2], [1]), s: floats([1, 2, 2], [0]) },
    {
      num_heads: 2,
    },
  ),
];
