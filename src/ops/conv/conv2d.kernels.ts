import { dense } from '../../encode/dense.ts';
import { pairs } from '../../encode/pairs.ts';
import type { WeightMatrix } from '../../encode/encoding.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { table, unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { requantizeFields, roundingSuffix } from '../requantize.ts';
import * as weighted from '../weighted.ts';
import type { Conv2dAttrs } from './conv2d.ts';
import { multipliersOf, rowsOf, windowFields } from './fields.ts';

type ConvNode = TypedNode<Conv2dAttrs>;

const conv2dS8Dsp: Kernel<Conv2dAttrs> = {
  name: 'conv2d_s8_dsp',
  reject(node, target) {
    if (node.inputs[0]!.shape[3] !== node.inputs[1]!.shape[3]) return 'does no groups';
    const unfit = weighted.rejectTarget(node, target);
    return unfit ?? weighted.rejectChannels(channelsOf(node), weighted.PAIR_LIMIT);
  },
  cost(node) {
    const { rows, columns } = weightMatrix(node);
    const pixels = Math.ceil(elements(node.outputs[0]!) / rows / 2) * 2;
    const [ky] = node.attrs.kernel;
    const [row, tap] = node.inputs[0]!.shape[3]! % 4 === 0 ? [45, 3] : [80, 5];
    const multiply = Math.ceil(rows / 4) * (pairsOf(node) * 9 + 85);
    return {
      cycles: pixels * (100 + ky * row + columns * tap + multiply),
      scratchBytes: scratchBytes(node),
    };
  },
  code(node) {
    const { matrix, bias, multipliers } = channelsOf(node);
    const { suffix, view } = weighted.dspVariant(node, multipliers);
    const name = `nn_conv2d_s8_dsp${suffix}`;
    const order = node.inputs[0]!.shape[3]! % 4 === 0 ? 'sxtb16' : 'natural';
    const fields = {
      ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
      ...requantizeFields(node, multipliers, (shift) => -shift),
      input_zero: perTensor(node.inputs[0]!).zeroPoint,
      pairs: pairsOf(node),
      weights: table('weights', pairs(order).encode(evenRows(matrix, node)), 'pairs'),
      bias: table('bias', weighted.padTo4(bias)),
    };
    return {
      calls: [{ struct: 'nn_conv_s8_dsp', function: name, fields, inputs: [0] }],
      units: [unit(name, 'conv/conv2d-s8-dsp', ['nn_conv.h', 'nn_dsp.h'], view)],
      scratchBytes: scratchBytes(node),
      rows: rowsOf(node),
    };
  },
};

const conv2dS8: Kernel<Conv2dAttrs> = {
  name: 'conv2d_s8_c',
  reject: (node) => (node.inputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
  cost: (node) => ({ cycles: portableCycles(node), scratchBytes: 0 }),
  code(node) {
    const { rounding } = node.attrs;
    const weightZero = weighted.hasWeightZero(node.inputs[1]!);
    const name = `nn_conv2d_s8${weightZero ? '_zero' : ''}${roundingSuffix(rounding)}`;
    const matrix = weightMatrix(node);
    const fields = {
      ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
      ...requantizeFields(node, multipliersOf(node, matrix.rows)),
      input_zero: perTensor(node.inputs[0]!).zeroPoint,
      weight_zero: perTensor(node.inputs[1]!).zeroPoint,
      depth: node.inputs[1]!.shape[3]!,
      weights: table('weights', dense.encode(matrix)),
      bias: table('bias', weighted.biasOf(node, matrix.rows)),
    };
    return {
      calls: [{ struct: 'nn_conv_s8', function: name, fields, inputs: [0] }],
      units: [unit(name, 'conv/conv2d-s8', ['nn_conv.h'], { rounding, weightZero })],
      scratchBytes: 0,
      rows: rowsOf(node),
    };
  },
};

const conv2dF32: Kernel<Conv2dAttrs> = {
  name: 'conv2d_f32_c',
  reject: (node) => (node.inputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node, target) => ({
    cycles: portableCycles(node) * (target.fpu ? 1 : 12),
    scratchBytes: 0,
  }),
  code(node) {
    const channels = node.inputs[1]!.shape[0]!;
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    const fields = {
      ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
      depth: node.inputs[1]!.shape[3]!,
      low,
      high,
      weights: table('weights', weighted.floatWeights(node)),
      bias: table('bias', weighted.floatBiasOf(node, channels)),
    };
    return {
      calls: [{ struct: 'nn_conv_f32', function: 'nn_conv2d_f32', fields, inputs: [0] }],
      units: [unit('nn_conv2d_f32', 'conv/conv2d-f32', ['nn_conv.h'])],
      scratchBytes: 0,
      rows: rowsOf(node),
    };
  },
};

export const conv2dKernels = [conv2dS8Dsp, conv2dS8, conv2dF32];

function weightMatrix(node: ConvNode): WeightMatrix {
  const [rows = 0, ...rest] = node.inputs[1]!.shape;
  return { rows, columns: rest.reduce((a, b) => a * b, 1), data: weighted.int8Weights(node) };
}

function channelsOf(node: ConvNode): weighted.Channels {
  const matrix = weightMatrix(node);
  return weighted.channelsOf(node, matrix, multipliersOf(node, matrix.rows));
}

// Pairs of taps: each row of the window is a whole number of them.
function pairsOf({ inputs }: ConvNode): number {
  const [, ky = 1, kx = 1, depth = 1] = inputs[1]!.shape;
  return ky * Math.ceil((kx * depth) / 2);
}

// The weights with a zero after each row of an odd number of taps.
function evenRows({ rows, columns, data }: WeightMatrix, node: ConvNode): WeightMatrix {
  const [, ky = 1] = node.inputs[1]!.shape;
  const line = columns / ky;
  const even = Math.ceil(line / 2) * 2;
  const padded = new Int8Array(rows * ky * even);
  for (let row = 0; row < rows * ky; row++) {
    padded.set(data.subarray(row * line, (row + 1) * line), row * even);
  }
  return { rows, columns: ky * even, data: padded };
}

// Two pixels of int16 taps.
function scratchBytes(node: ConvNode): number {
  return pairsOf(node) * 8;
}

function portableCycles(node: ConvNode): number {
  const [, ky = 1, kx = 1, depth = 1] = node.inputs[1]!.shape;
  return elements(node.outputs[0]!) * (ky * kx * (depth * 6 + 12) + 40);
}
