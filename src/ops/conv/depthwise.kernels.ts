import { dense } from '../../encode/dense.ts';
import { tapPairs } from '../../encode/tap-pairs.ts';
import type { WeightMatrix } from '../../encode/encoding.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { alignUp } from '../../support/bytes.ts';
import { clampRange } from '../activation/clamp.ts';
import { table, unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { requantizeFields, roundingSuffix } from '../requantize.ts';
import * as weighted from '../weighted.ts';
import type { DepthwiseAttrs } from './depthwise.ts';
import { multipliersOf, rowsOf, windowFields } from './fields.ts';

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
    const outputs = elements(node.outputs[0]!);
    const pixels = outputs / node.outputs[0]!.shape[3]!;
    const cycles = pixels * (ky * kx * 20 + 60) + outputs * (Math.ceil((ky * kx) / 2) * 9 + 25);
    return { cycles, scratchBytes: scratchBytes(node) };
  },
  code(node) {
    const { matrix, bias, multipliers } = channelsOf(node);
    const { suffix, view } = weighted.dspVariant(node, multipliers);
    const name = `nn_depthwise_s8_dsp${suffix}`;
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
      units: [unit(name, 'conv/depthwise-s8-dsp', ['nn_conv.h', 'nn_dsp.h'], view)],
      scratchBytes: scratchBytes(node),
      rows: rowsOf(node),
    };
  },
};

/** Gathered lines take about so many bytes at a time. */
const LINES_BYTES = 1024;

const depthwise3x3S8Dsp: Kernel<DepthwiseAttrs> = {
  name: 'depthwise_3x3_s8_dsp',
  reject(node, target) {
    const { kernel, stride, dilation } = node.attrs;
    const is = (pair: readonly number[], size: number) => pair.every((n) => n === size);
    if (!is(kernel, 3) || !is(dilation, 1)) return 'takes windows of 3x3, not dilated';
    if (!is(stride, 1) && !is(stride, 2)) return 'takes strides of 1 and 2';
    if (depthMultiplier(node) !== 1) return 'takes no depth multiplier';
    const unfit = weighted.rejectTarget(node, target);
    return unfit ?? weighted.rejectChannels(channelsOf(node), weighted.DOUBLING_LIMIT);
  },
  cost(node) {
    const { lines, line, block } = linesOf(node);
    const [batches = 1, height = 1, width = 1, channels = 1] = node.outputs[0]!.shape;
    const blocks = Math.ceil(height / block);
    const gathering = blocks * (75 + lines * (20 + 3.7 * node.inputs[0]!.shape[2]!));
    const walking = Math.ceil(width / 2) * (blocks * 30 + height * (node.attrs.stride[0] * 9 + 53));
    return { cycles: batches * channels * (gathering + walking), scratchBytes: lines * line };
  },
  code(node) {
    const [stride] = node.attrs.stride;
    const { matrix, bias, multipliers } = channelsOf(node);
    const { suffix, view } = weighted.dspVariant(node, multipliers);
    const name = `nn_depthwise_3x3_s${stride}_s8_dsp${suffix}`;
    const { lines, line, block } = linesOf(node);
    const fields = {
      ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
      ...requantizeFields(node, multipliers, (shift) => -shift),
      input_zero: perTensor(node.inputs[0]!).zeroPoint,
      line,
      block,
      weights: table('weights', dense.encode(matrix)),
      bias: table('bias', bias),
    };
    const headers = ['nn_conv.h', 'nn_dsp.h'];
    return {
      calls: [{ struct: 'nn_depthwise_3x3', function: name, fields, inputs: [0] }],
      units: [unit(name, 'conv/depthwise-3x3-s8-dsp', headers, { ...view, stride })],
      scratchBytes: lines * line,
      rows: rowsOf(node),
    };
  },
};

// Lines of one channel: pairs of output columns read five columns (of stride 2) or four.
function linesOf(node: DepthwiseNode): { lines: number; line: number; block: number } {
  const [, height = 1, width = 1] = node.outputs[0]!.shape;
  const [stride] = node.attrs.stride;
  const line = alignUp(alignUp(width, 2) * stride + 2, 4);
  const most = Math.floor((LINES_BYTES / line - 3) / stride) + 1;
  const block = Math.max(1, Math.min(height, most));
  return { lines: (block - 1) * stride + 3, line, block };
}

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

export const depthwiseKernels = [depthwise3x3S8Dsp, depthwiseS8Dsp, depthwiseS8, depthwiseF32];

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
