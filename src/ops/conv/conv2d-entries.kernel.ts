import { us8 } from '../../encode/sparse.ts';
import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeBytes, requantizeFields, ROUNDING_AXIS } from '../requantize.ts';
import { memoiseLayer } from '../rows.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import * as weighted from '../weighted.ts';
import type { FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow } from './fields.ts';
import { windowBytes, windowsFields, WINDOWS, windowsWork } from './windows.ts';

type ConvNode = TypedNode<FixedConv2d>;

const units = unitFamily({
  name: 'nn_conv2d_entries_s8',
  template: 'sparse/conv-entries',
  headers: ['nn_dsp.h', 'nn_windows.h'],
  struct: struct(
    'nn_conv_entries',
    "A convolution on single nonzero weights, the input's zero point folded into the bias.",
    {
      windows: WINDOWS,
      requantize: REQUANTIZE,
      entries: 'const int16_t *',
      bias: 'const int32_t *',
    },
  ),
  parameters: 'const int8_t *input, int8_t *output, int8_t *scratch, int32_t first, int32_t last',
  axes: { shifts: weighted.DSP_AXES.shifts, rounding: ROUNDING_AXIS },
});

const PIXELS = 4;

/** Convolutions on single nonzero weights, four pixels at a time, in C that suits every core. */
export const conv2dEntries: Kernel<FixedConv2d> = {
  name: 'conv2d_entries_s8_c',
  units: [units],
  rows: true,
  formats: [us8],
  reject(node) {
    const unfit = weighted.rejectTypes(node);
    if (unfit) return unfit;
    if (node.inputs[1]!.shape[3] !== node.inputs[0]!.shape[3]) return 'takes one group';
    return (
      rejectWindow(node) ??
      us8.reject(channelsOf(node).matrix) ??
      weighted.rejectChannels(channelsOf(node), weighted.DOUBLING_LIMIT)
    );
  },
  cost(node) {
    const { matrix, bias, multipliers } = channelsOf(node);
    return {
      work: workOf(node),
      constantBytes: us8.bytes(matrix) + bias.byteLength + requantizeBytes(multipliers),
      scratchBytes: windowBytes(node, PIXELS),
      calls: [unitOf(node)],
    };
  },
  code(node, _, layout) {
    const { matrix, bias, multipliers } = channelsOf(node);
    const entries = new Int16Array(us8.encode(matrix).buffer);
    return [
      call(unitOf(node), {
        windows: windowsFields(node, layout),
        requantize: requantizeFields(node, multipliers, (shift) => -shift),
        entries: table('weights', entries, us8.name),
        bias: table('bias', bias),
      }),
    ];
  },
};

// Windows, groups of four pixels, channels of each, and their entries.
function workOf(node: ConvNode) {
  const { matrix } = channelsOf(node);
  const [batches = 1, ...plane] = node.outputs[0]!.shape.slice(0, 3);
  const groups = batches * Math.ceil(product(plane) / PIXELS);
  const outputs = product(node.outputs[0]!.shape);
  return {
    ...windowsWork(node),
    ...{
      groups,
      rows: groups * matrix.rows,
      entries: groups * (us8.bytes(matrix) / 2 - matrix.rows),
    },
    outputs,
    single: node.attrs.rounding === 'single' ? outputs : 0,
  };
}

function unitOf(node: ConvNode) {
  const { shifts, rounding } = weighted.dspVariant(node, channelsOf(node).multipliers);
  return units({ shifts, rounding });
}

const channelsOf = memoiseLayer((node: ConvNode): weighted.Channels => {
  const [rows = 0, ...taps] = node.inputs[1]!.shape;
  const matrix = { rows, columns: product(taps), data: weighted.int8Weights(node) };
  return weighted.channelsOf(node, matrix, multipliersOf(node, rows));
});
