import { dense as denseEncoding } from '../../encode/dense.ts';
import { pairs } from '../../encode/pairs.ts';
import type { WeightMatrix } from '../../encode/encoding.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { table, unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { requantizeFields, roundingSuffix } from '../requantize.ts';
import * as weighted from '../weighted.ts';
import { denseMultipliers } from './multipliers.ts';
import type { DenseAttrs } from './dense.ts';

const denseS8Dsp: Kernel<DenseAttrs> = {
  name: 'dense_s8_dsp',
  reject(node, target) {
    const unfit = weighted.rejectTarget(node, target);
    return unfit ?? weighted.rejectChannels(channelsOf(node), weighted.PAIR_LIMIT);
  },
  cost(node) {
    const { rows, columns } = weightMatrix(node);
    const quads = Math.ceil(rows / 4);
    const cycles = batches(node) * (columns * 3 + quads * (Math.ceil(columns / 2) * 13.5 + 110));
    return { cycles, scratchBytes: scratchBytes(node) };
  },
  code(node) {
    const { matrix, bias, multipliers } = channelsOf(node);
    const { suffix, view } = weighted.dspVariant(node, multipliers);
    const name = `nn_dense_s8_dsp${suffix}`;
    const order = matrix.columns % 4 === 0 ? 'sxtb16' : 'natural';
    const fields = {
      ...requantizeFields(node, multipliers, (shift) => -shift),
      batches: batches(node),
      depth: matrix.columns,
      outputs: matrix.rows,
      weights: table('weights', pairs(order).encode(matrix), 'pairs'),
      bias: table('bias', weighted.padTo4(bias)),
    };
    return {
      calls: [{ struct: 'nn_dense_s8_dsp_layer', function: name, fields, inputs: [0] }],
      units: [unit(name, 'dense/dense-s8-dsp', ['nn_conv.h', 'nn_dense.h', 'nn_dsp.h'], view)],
      scratchBytes: scratchBytes(node),
    };
  },
};

const denseS8: Kernel<DenseAttrs> = {
  name: 'dense_s8_c',
  reject: (node) => (node.inputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
  cost: (node) => ({ cycles: portableCycles(node), scratchBytes: 0 }),
  code(node) {
    const { rounding } = node.attrs;
    const weightZero = weighted.hasWeightZero(node.inputs[1]!);
    const name = `nn_dense_s8${weightZero ? '_zero' : ''}${roundingSuffix(rounding)}`;
    const matrix = weightMatrix(node);
    const fields = {
      ...requantizeFields(node, denseMultipliers(node)),
      input_zero: perTensor(node.inputs[0]!).zeroPoint,
      weight_zero: perTensor(node.inputs[1]!).zeroPoint,
      batches: batches(node),
      depth: matrix.columns,
      outputs: matrix.rows,
      weights: table('weights', denseEncoding.encode(matrix)),
      bias: table('bias', weighted.biasOf(node, matrix.rows)),
    };
    return {
      calls: [{ struct: 'nn_dense_s8_layer', function: name, fields, inputs: [0] }],
      units: [unit(name, 'dense/dense-s8', ['nn_conv.h', 'nn_dense.h'], { rounding, weightZero })],
      scratchBytes: 0,
    };
  },
};

const denseF32: Kernel<DenseAttrs> = {
  name: 'dense_f32_c',
  reject: (node) => (node.inputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node, target) => ({
    cycles: portableCycles(node) * (target.fpu ? 1 : 12),
    scratchBytes: 0,
  }),
  code(node) {
    const [outputs = 0, depth = 0] = node.inputs[1]!.shape;
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    const fields = {
      batches: batches(node),
      depth,
      outputs,
      low,
      high,
      weights: table('weights', weighted.floatWeights(node)),
      bias: table('bias', weighted.floatBiasOf(node, outputs)),
    };
    return {
      calls: [{ struct: 'nn_dense_f32_layer', function: 'nn_dense_f32', fields, inputs: [0] }],
      units: [unit('nn_dense_f32', 'dense/dense-f32', ['nn_conv.h', 'nn_dense.h'])],
      scratchBytes: 0,
    };
  },
};

export const denseKernels = [denseS8Dsp, denseS8, denseF32];

function weightMatrix(node: TypedNode): WeightMatrix {
  const [rows = 0, columns = 0] = node.inputs[1]!.shape;
  return { rows, columns, data: weighted.int8Weights(node) };
}

function channelsOf(node: TypedNode<DenseAttrs>): weighted.Channels {
  return weighted.channelsOf(node, weightMatrix(node), denseMultipliers(node));
}

function batches(node: TypedNode): number {
  return elements(node.outputs[0]!) / node.inputs[1]!.shape[0]!;
}

// The input row as int16, an even number of them.
function scratchBytes(node: TypedNode): number {
  return Math.ceil(node.inputs[1]!.shape[1]! / 2) * 4;
}

function portableCycles(node: TypedNode): number {
  return elements(node.outputs[0]!) * (node.inputs[1]!.shape[1]! * 9 + 40);
}
