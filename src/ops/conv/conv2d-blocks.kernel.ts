import { quads } from '../../encode/quads.ts';
import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeBytes, requantizeFields, ROUNDING_AXIS } from '../requantize.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import type { FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow, windowFields } from './fields.ts';
import { WINDOW } from './structs.ts';

const units = unitFamily({
  name: 'nn_conv2d_blocks_s8',
  template: 'conv/conv2d-blocks-s8',
  headers: ['nn_blocks.h', 'nn_dsp.h'],
  struct: struct(
    'nn_conv_blocks',
    "A convolution with the input's zero point folded into the bias; in_place: windows of one pixel are read where they lie.",
    {
      window: WINDOW,
      requantize: REQUANTIZE,
      input_zero: 'int16_t',
      in_place: 'int16_t',
      taps: 'int32_t',
      weights: 'const int8_t *',
      bias: 'const int32_t *',
    },
  ),
  parameters: 'const int8_t *input, int8_t *output, int8_t *scratch, int32_t first, int32_t last',
  axes: { shifts: weighted.DSP_AXES.shifts, rounding: ROUNDING_AXIS },
});

/** Two pixels and two channels at a time, in C that suits every core. */
export const conv2dBlocks: Kernel<FixedConv2d> = {
  name: 'conv2d_blocks_s8_c',
  units: [units],
  rows: true,
  formats: [quads],
  reject(node) {
    if (node.inputs[0]!.dtype !== 'int8') return 'takes int8';
    if (weighted.hasWeightZero(node.inputs[1]!)) return 'the weights have a zero point';
    if (node.inputs[1]!.shape[3] !== node.inputs[0]!.shape[3]) return 'takes one group';
    return rejectWindow(node) ?? weighted.rejectChannels(channelsOf(node), weighted.DOUBLING_LIMIT);
  },
  cost(node) {
    const { matrix, multipliers } = channelsOf(node);
    return {
      work: workOf(node, matrix),
      constantBytes: quads.bytes(matrix) + 4 * quadRows(matrix.rows) + requantizeBytes(multipliers),
      // Two windows; a little where they are read in place, as the function takes some.
      scratchBytes: isInPlace(node) ? 4 : 2 * matrix.columns,
      calls: [unitOf(node)],
    };
  },
  code(node, _, layout) {
    const { matrix, bias, multipliers } = channelsOf(node);
    return [
      call(unitOf(node), {
        window: windowFields(node, layout),
        requantize: requantizeFields(node, multipliers, (shift) => -shift),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        in_place: isInPlace(node) ? 1 : 0,
        taps: matrix.columns,
        weights: table('weights', quads.encode(matrix), quads.name),
        bias: table('bias', weighted.padTo4(bias)),
      }),
    ];
  },
};

// Pixels, what is gathered for them, blocks of two pixels and two channels, their taps four at a time.
function workOf(node: TypedNode<FixedConv2d>, { rows, columns }: weighted.Channels['matrix']) {
  const { attrs, inputs, outputs } = node;
  const [batches = 1, height = 1, width = 1] = outputs[0]!.shape;
  const pixels = batches * height * width;
  const gathered = isInPlace(node) ? 0 : pixels * product(attrs.kernel);
  const pairs = batches * Math.ceil((height * width) / 2);
  const blocks = pairs * Math.ceil(rows / 2);
  return {
    ...{ pixels, columns: gathered, gathered: gathered * inputs[0]!.shape[3]! },
    ...{ blocks, quads: blocks * (columns >> 2), tails: blocks * (columns & 3) },
    outputs: 2 * pairs * rows,
    single: attrs.rounding === 'single' ? 2 * pairs * rows : 0,
  };
}

function unitOf(node: TypedNode<FixedConv2d>) {
  const { shifts, rounding } = weighted.dspVariant(node, channelsOf(node).multipliers);
  return units({ shifts, rounding });
}

const channelsOf = memoiseLayer((node: TypedNode<FixedConv2d>): weighted.Channels => {
  const [rows = 0, ...taps] = node.inputs[1]!.shape;
  const matrix = { rows, columns: product(taps), data: weighted.int8Weights(node) };
  return weighted.channelsOf(node, matrix, multipliersOf(node, rows));
});

function isInPlace({ attrs }: TypedNode<FixedConv2d>): boolean {
  return attrs.kernel.every((n) => n === 1) && attrs.padding.every((n) => n === 0);
}

function quadRows(rows: number): number {
  return 4 * Math.ceil(rows / 4);
}
