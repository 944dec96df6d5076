import { dense } from '../../encode/dense.ts';
import { tapPairs } from '../../encode/tap-pairs.ts';
import type { WeightMatrix } from '../../encode/encoding.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { table, unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { channelMultipliers, requantizeFields, roundingSuffix } from '../requantize.ts';
import * as weighted from '../weighted.ts';
import type { DepthwiseAttrs } from './depthwise.ts';
import { windowFields } from './fields.ts';

type DepthwiseNode = TypedNode<DepthwiseAttrs>;

const depthwiseS8Dsp: Kernel<DepthwiseAttrs> = {
  name: 'depthwise_s8_dsp',
  reject(node, target) {
    const channels = node.inputs[0]!.shape[3]!;
    if (channels % 4 !== 0) return `takes a multiple of 4 channels, not ${channels}`;
    if (depthMultiplier(node) !== 1) return 'takes no depth multiplier';
    const unfit = weighted.rejectTarget(node, target);
    return unfit ?? weighted.rejectChannels(channelsOf(node), weighted.DOUBLING_LIMIT);
  },
  cost(node) {
    const [, ky = 1, kx = 1] = node.inputs[1]!.shape;
    const cycles = elements(node.outputs[0]!) * (Math.ceil((ky * kx) / 2) * 7 + 14);
    return { cycles, scratchBytes: scratchBytes(node) };
  },
  code(node) {
    const { rounding } = node.attrs;
    const name = `nn_depthwise_s8_dsp${roundingSuffix(rounding)}`;
    const { matrix, bias, multipliers } = channelsOf(node);
    const fields = {
      ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
      ...requantizeFields(node, multipliers, (shift) => -shift),
      input_zero: perTensor(node.inputs[0]!).zeroPoint,
      pairs: Math.ceil(matrix.columns / 2),
      weights: table('weights', tapPairs.encode(matrix), 'tap-pairs'),
      bias: table('bias', bias),
    };
    return {
      calls: [{ struct: 'nn_conv_s8_dsp', function: name, fields, inputs: [0] }],
      units: [unit(name, 'conv/depthwise-s8-dsp', ['nn_conv.h', 'nn_dsp.h'], { rounding })],
      scratchBytes: scratchBytes(node),
      rows: rowsOf(node),
    };
  },
};

const depthwiseS8: Kernel<DepthwiseAttrs> = {
  name: 'depthwise_s8_c',
  reject: (node) => (node.inputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
  cost: (node) => ({ cycles: portableCycles(node), scratchBytes: 0 }),
  code(node) {
    const { rounding } = node.attrs;
    const weightZero = weighted.hasWeightZero(node.inputs[1]!);
    const name = `nn_depthwise_s8${weightZero ? '_zero' : ''}${roundingSuffix(rounding)}`;
    const channels = node.outputs[0]!.shape[3]!;
    const taps = { rows: 1, columns: elements(node.inputs[1]!), data: weighted.int8Weights(node) };
    const fields = {
      ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
      ...requantizeFields(node, multipliersOf(node, channels)),
      input_zero: perTensor(node.inputs[0]!).zeroPoint,
      weight_zero: perTensor(node.inputs[1]!).zeroPoint,
      depth: depthMultiplier(node),
      weights: table('weights', dense.encode(taps)),
      bias: table('bias', weighted.biasOf(node, channels)),
    };
    return {
      calls: [{ struct: 'nn_conv_s8', function: name, fields, inputs: [0] }],
      units: [unit(name, 'conv/depthwise-s8', ['nn_conv.h'], { rounding, weightZero })],
      scratchBytes: 0,
      rows: rowsOf(node),
    };
  },
};

const depthwiseF32: Kernel<DepthwiseAttrs> = {
  name: 'depthwise_f32_c',
  reject: (node) => (node.inputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node, target) => ({
    cycles: portableCycles(node) * (target.fpu ? 1 : 6),
    scratchBytes: 0,
  }),
  code(node) {
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    const fields = {
      ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
      depth: depthMultiplier(node),
      low,
      high,
      weights: table('weights', weighted.floatWeights(node)),
      bias: table('bias', weighted.floatBiasOf(node, node.outputs[0]!.shape[3]!)),
    };
    return {
      calls: [{ struct: 'nn_conv_f32', function: 'nn_depthwise_f32', fields, inputs: [0] }],
      units: [unit('nn_depthwise_f32', 'conv/depthwise-f32', ['nn_conv.h'])],
      scratchBytes: 0,
      rows: rowsOf(node),
    };
  },
};

export const depthwiseKernels = [depthwiseS8Dsp, depthwiseS8, depthwiseF32];

function depthMultiplier(node: TypedNode): number {
  return node.outputs[0]!.shape[3]! / node.inputs[0]!.shape[3]!;
}

// Weights [ky, kx, c] turned to a row of taps for each channel.
function byChannel(node: DepthwiseNode): WeightMatrix {
  const [, ky = 1, kx = 1, rows = 1] = node.inputs[1]!.shape;
  const columns = ky * kx;
  const taps = weighted.int8Weights(node);
  const data = new Int8Array(taps.length);
  for (let c = 0; c < rows; c++)
    for (let t = 0; t < columns; t++) data[c * columns + t] = taps[t * rows + c]!;
  return { rows, columns, data };
}

function channelsOf(node: DepthwiseNode): weighted.Channels {
  const matrix = byChannel(node);
  return weighted.channelsOf(node, matrix, multipliersOf(node, matrix.rows));
}

// An offset for each tap, an even number of them, and a line of zero points.
function scratchBytes(node: DepthwiseNode): number {
  const [, ky = 1, kx = 1, channels = 1] = node.inputs[1]!.shape;
  return Math.ceil((ky * kx) / 2) * 8 + channels;
}

function portableCycles(node: DepthwiseNode): number {
  const [, ky = 1, kx = 1] = node.inputs[1]!.shape;
  return elements(node.outputs[0]!) * (ky * kx * 11 + ky * 14 + 40);
}

function rowsOf(node: TypedNode) {
  const [batches = 1, count = 1] = node.outputs[0]!.shape;
  return { batches, count };
}

function multipliersOf(node: TypedNode, channels: number) {
  return channelMultipliers(node.inputs[0]!, node.inputs[1]!, node.outputs[0]!, channels);
}
