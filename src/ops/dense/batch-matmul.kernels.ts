import { elements, perTensor } from '../../ir/types.ts';
import type { TensorType, TypedNode } from '../../ir/types.ts';
import { quantizeMultiplier } from '../../support/fixed-point.ts';
import { call, plainCost } from '../kernel.ts';
import type { Cost, Kernel } from '../kernel.ts';
import { broadcastLoops, padLoops } from '../elementwise/broadcast.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import type { KernelUnit } from '../unit.ts';

export interface BatchMatmulAttrs {
  /** The last two axes of an operand change places. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export type MatmulNode = TypedNode<BatchMatmulAttrs>;

/** Loops over the matrices. */
export const LOOPS = 4;

const PLACES = {
  batches: ['int32_t', LOOPS],
  batch_a: ['int32_t', LOOPS],
  batch_b: ['int32_t', LOOPS],
  rows: 'int32_t',
  columns: 'int32_t',
  depth: 'int32_t',
  row_a: 'int32_t',
  depth_a: 'int32_t',
  column_b: 'int32_t',
  depth_b: 'int32_t',
} as const;

const integerUnits = unitFamily({
  name: 'nn_batch_matmul_s8',
  template: 'dense/batch-matmul-s8',
  struct: struct('nn_batch_matmul_s8_layer', 'Products of int8 matrices.', {
    ...PLACES,
    zero_a: 'int32_t',
    zero_b: 'int32_t',
    zero: 'int32_t',
    multiplier: 'int32_t',
    shift: 'int32_t',
  }),
  parameters: 'const int8_t *a, const int8_t *b, int8_t *output',
});

const integerKernel: Kernel<BatchMatmulAttrs> = {
  name: 'batch_matmul_s8_c',
  units: [integerUnits],
  reject: (node) => (node.outputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
  cost: (node) => costOf(node, integerUnits({})),
  code(node) {
    const [zero_a, zero_b, zero] = [...node.inputs, ...node.outputs].map(
      (type) => perTensor(type!).zeroPoint,
    ) as [number, number, number];
    const fields = { ...placesOf(node), zero_a, zero_b, zero, ...multiplier(node) };
    return [call(integerUnits({}), fields, { inputs: [0, 1] })];
  },
};

const floatUnits = unitFamily({
  name: 'nn_batch_matmul_f32',
  template: 'dense/batch-matmul-f32',
  struct: struct('nn_batch_matmul_f32_layer', 'Products of float matrices.', PLACES),
  parameters: 'const nn_float *a, const nn_float *b, nn_float *output',
});

const floatKernel: Kernel<BatchMatmulAttrs> = {
  name: 'batch_matmul_f32_c',
  units: [floatUnits],
  reject: (node) => (node.outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node) => costOf(node, floatUnits({})),
  code: (node) => [call(floatUnits({}), placesOf(node), { inputs: [0, 1] })],
};

const wholeUnits = unitFamily({
  name: 'nn_batch_matmul_s32',
  template: 'dense/batch-matmul-s32',
  headers: ['nn_types.h', 'nn_integers.h'],
  struct: struct('nn_batch_matmul_s32_layer', 'Products of int32 matrices.', PLACES),
  parameters: 'const int32_t *a, const int32_t *b, int32_t *output',
});

const wholeKernel: Kernel<BatchMatmulAttrs> = {
  name: 'batch_matmul_s32_c',
  units: [wholeUnits],
  reject: (node) => (node.outputs[0]!.dtype === 'int32' ? undefined : 'takes int32'),
  cost: (node) => costOf(node, wholeUnits({})),
  code: (node) => [call(wholeUnits({}), placesOf(node), { inputs: [0, 1] })],
};

function costOf(node: MatmulNode, unit: KernelUnit): Cost {
  const outputs = elements(node.outputs[0]!);
  const work = { outputs, macs: outputs * sizesOf(node).depth };
  return plainCost(work, [unit]);
}

function placesOf(node: MatmulNode) {
  const { rows, columns, depth } = sizesOf(node);
  const { sizes, steps } = padLoops(batchLoops(node), LOOPS);
  return {
    batches: sizes,
    batch_a: steps[0]!.map((step) => step * rows * depth),
    batch_b: steps[1]!.map((step) => step * depth * columns),
    ...{ rows, columns, depth },
    ...stepsOf(node),
  };
}

export const batchMatmulKernels = [integerKernel, floatKernel, wholeKernel];

/** Source: tensorflow/lite/micro/kernels/batch_matmul.cc: the product of scales in double precision. */
export function multiplier({ inputs, outputs }: MatmulNode) {
  const [a, b, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map((type) => perTensor(type).scale);
  return quantizeMultiplier((a! * b!) / out!);
}

export function matrix({ shape }: TensorType, transposed: boolean) {
  const [rows, depth] = shape.slice(-2) as [number, number];
  return transposed ? { rows: depth, depth: rows } : { rows, depth };
}

export function sizesOf({ attrs, inputs }: MatmulNode) {
  const { rows, depth } = matrix(inputs[0]!, attrs.transposeA);
  return { rows, depth, columns: matrix(inputs[1]!, attrs.transposeB).depth };
}

/** Steps in both matrices from one product to the next, to the next row and to the next column. */
export function stepsOf(node: MatmulNode) {
  const { rows, depth, columns } = sizesOf(node);
  const { transposeA, transposeB } = node.attrs;
  return {
    row_a: transposeA ? 1 : depth,
    depth_a: transposeA ? rows : 1,
    column_b: transposeB ? depth : 1,
    depth_b: transposeB ? 1 : columns,
  };
}

export function batchLoops({ inputs, outputs }: MatmulNode) {
  return broadcastLoops(
    outputs[0]!.shape.slice(0, -2),
    inputs.map((input) => input!.shape.slice(0, -2)),
  );
}
