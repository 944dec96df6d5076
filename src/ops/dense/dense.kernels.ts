import { dense } from '../../encode/dense.ts';
import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor, weightZeroPoint } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { clampRange } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { alsoInFloat, roundingInFloat } from '../float-rounding.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeBytes, requantizeFields } from '../requantize.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import * as weighted from '../weighted.ts';
import { portableUnits } from '../weighted-units.ts';
import { denseGemmKernels } from './dense-gemm.kernels.ts';
import { denseBlocked } from './dense-blocked.kernel.ts';
import { denseCoded } from './dense-coded.kernel.ts';
import { denseNibbles } from './dense-nibbles.kernel.ts';
import { denseS16 } from './dense-s16.kernel.ts';
import { denseSparse } from './dense-sparse.kernel.ts';
import { denseMultipliers } from './multipliers.ts';
import { denseBlocks, denseBlocksCoded, denseBlocksInFloat } from './dense-blocks.kernel.ts';
import type { DenseAttrs, FixedDense } from './dense.ts';

type DenseNode = TypedNode<FixedDense>;

const units = portableUnits({
  name: 'nn_dense_s8',
  template: 'dense/dense-s8',
  struct: struct('nn_dense_s8_layer', 'Fully connected layer.', {
    requantize: REQUANTIZE,
    input_zero: 'int16_t',
    weight_zero: 'int16_t',
    batches: 'int32_t',
    depth: 'int32_t',
    outputs: 'int32_t',
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  }),
  parameters: 'const int8_t *input, int8_t *output',
});

const denseS8: Kernel<FixedDense> = {
  name: 'dense_s8_c',
  units: [units.fixed],
  formats: [dense],
  reject: (node) => (node.inputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
  cost(node, { format }) {
    const matrix = matrixOf(node);
    return {
      work: portableWork(node),
      constantBytes:
        format!.bytes(matrix) + 4 * matrix.rows + requantizeBytes(denseMultipliers(node)),
      scratchBytes: 0,
      calls: [units.fixedOf(node)],
    };
  },
  code(node, { format }) {
    const matrix = matrixOf(node);
    return [
      call(units.fixedOf(node), {
        requantize: requantizeFields(node, denseMultipliers(node)),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        weight_zero: weightZeroPoint(node.inputs[1]!),
        batches: batches(node),
        depth: matrix.columns,
        outputs: matrix.rows,
        weights: table('weights', format!.encode(matrix), format!.name),
        bias: table('bias', weighted.biasOf(node, matrix.rows)),
      }),
    ];
  },
};

const floatUnits = unitFamily({
  name: 'nn_dense_f32',
  template: 'dense/dense-f32',
  struct: struct('nn_dense_f32_layer', 'Fully connected layer in floating point.', {
    batches: 'int32_t',
    depth: 'int32_t',
    outputs: 'int32_t',
    low: 'float',
    high: 'float',
    weights: 'const float *',
    bias: 'const float *',
  }),
  parameters: 'const nn_float *input, nn_float *output',
});

const denseF32: Kernel<FixedDense> = {
  name: 'dense_f32_c',
  units: [floatUnits],
  reject: (node) => (node.inputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node) => ({
    work: portableWork(node),
    constantBytes: 4 * (elements(node.inputs[1]!) + node.inputs[1]!.shape[0]!),
    scratchBytes: 0,
    calls: [floatUnits({})],
  }),
  code(node) {
    const [outputs = 0, depth = 0] = node.inputs[1]!.shape;
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    return [
      call(floatUnits({}), {
        batches: batches(node),
        depth,
        outputs,
        low,
        high,
        weights: table('weights', weighted.floatWeights(node)),
        bias: table('bias', weighted.floatBiasOf(node, outputs)),
      }),
    ];
  },
};

export const denseKernels: readonly Kernel<DenseAttrs>[] = [
  ...[
    ...denseGemmKernels,
    denseCoded,
    denseSparse,
    denseBlocked,
    denseNibbles,
    denseBlocks,
    denseBlocksCoded,
    denseS8,
  ].map((kernel) => alsoInFloat(kernel, 0)),
  denseBlocksInFloat,
  roundingInFloat(denseS8, {
    name: 'dense_s8_float_c',
    units: [units.inFloat],
    unitOf: units.inFloatOf,
    channelAxis: 0,
  }),
  alsoInFloat(denseS16, 0),
  alsoInFloat(denseF32, 0),
];

const matrixOf = memoise((node: DenseNode): WeightMatrix => {
  const [rows = 0, columns = 0] = node.inputs[1]!.shape;
  return { rows, columns, data: weighted.int8Weights(node) };
});

function batches(node: DenseNode): number {
  return elements(node.outputs[0]!) / node.inputs[1]!.shape[0]!;
}

function portableWork(node: DenseNode) {
  const outputs = elements(node.outputs[0]!);
  const macs = outputs * node.inputs[1]!.shape[1]!;
  return { outputs, macs, ...weighted.variantWork(node, macs) };
}
