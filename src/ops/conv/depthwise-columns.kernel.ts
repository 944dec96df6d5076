import { dense } from '../../encode/dense.ts';
import type { Target } from '../../target/target.ts';
import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { pixelsAtOnce } from '../blocks.ts';
import { table } from '../constant-array.ts';
import { onlyInFloat } from '../float-rounding.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { requantizeBytes, requantizeFields } from '../requantize.ts';
import { blockUnits } from '../weighted-units.ts';
import * as weighted from '../weighted.ts';
import { channelsOf, depthMultiplier } from './depthwise-channels.ts';
import type { DepthwiseAttrs, FixedDepthwise } from './depthwise.ts';
import { rejectWindow, windowFields } from './fields.ts';
import { DEPTHWISE_COLUMNS } from './structs.ts';

type DepthwiseNode = TypedNode<DepthwiseAttrs>;

const units = blockUnits(
  {
    name: 'nn_depthwise_columns_s8',
    template: 'depthwise/columns',
    struct: DEPTHWISE_COLUMNS,
    parameters:
      'const int8_t *input, int8_t *output, int32_t *scratch, int32_t first, int32_t last',
  },
  { threes: { none: '', stride1: '_3s1', stride2: '_3s2' } },
);

const columns: Omit<Kernel<DepthwiseAttrs>, 'name' | 'units'> = {
  rows: true,
  formats: [dense],
  reject: (node) =>
    weighted.rejectTypes(node) ??
    rejectWindow(node) ??
    weighted.rejectChannels(channelsOf(node), weighted.DOUBLING_LIMIT),
  cost(node, { target }) {
    const { matrix, multipliers } = channelsOf(node);
    const { kernel } = node.attrs;
    const { lines, line } = linesOf(node);
    return {
      work: workOf(node, target),
      constantBytes: matrix.data.length + 4 * matrix.rows + requantizeBytes(multipliers),
      scratchBytes: 4 * kernel[0] + line * (lines + (padsRows(node) ? 1 : 0)),
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
        depth: depthMultiplier(node),
        padded_rows: padsRows(node) ? 1 : 0,
        ...linesOf(node),
        weights: table('weights', dense.encode(matrix), dense.name),
        bias: table('bias', bias),
      }),
    ];
  },
};

/** A channel of some neighbours of a row at a time, each weight loaded once for them, in C that suits every core. */
export const depthwiseColumns: Kernel<FixedDepthwise> = {
  ...columns,
  name: 'depthwise_columns_s8_c',
  units: [units.fixed],
};

/** The same with sums that are rounded as ONNX Runtime does. */
export const depthwiseColumnsInFloat = onlyInFloat<DepthwiseAttrs>({
  ...columns,
  name: 'depthwise_columns_s8_float_c',
  units: [units.inFloat],
});

function unitOf(node: DepthwiseNode) {
  return units.of(node, channelsOf(node).multipliers, { threes: threesOf(node.attrs) });
}

// Windows of three rows and columns that lie side by side share what they read.
function threesOf({ kernel, stride, dilation }: DepthwiseAttrs) {
  if (kernel[0] !== 3 || kernel[1] !== 3 || dilation[1] !== 1 || stride[1] > 2) return 'none';
  return stride[1] === 1 ? 'stride1' : 'stride2';
}

// Blocks of neighbours and single pixels, in channels, rows of the window, and taps.
function workOf(node: DepthwiseNode, target: Target) {
  const atOnce = pixelsAtOnce(target);
  const [batches = 1, height = 1, width = 1, channels = 1] = node.outputs[0]!.shape;
  const singles = width < atOnce ? width : width % atOnce === 1 ? 1 : 0;
  const groups = Math.ceil((width - singles) / atOnce);
  const rows = batches * height;
  const [ky, kx] = node.attrs.kernel;
  const [blocks, pixels] = [rows * groups * channels, rows * singles * channels];
  const { lines, line } = linesOf(node);
  const padded = lines === 0 ? 0 : batches * node.inputs[0]!.shape[1]!;
  const threes = threesOf(node.attrs);
  const unrolled = threes !== 'none';
  const [windowRows, taps] = unrolled ? [0, 0] : [ky, ky * kx];
  return {
    ...{ rows, rowTaps: rows * ky, lines: padded, copied: padded * line },
    ...{ groups: rows * groups, singles: rows * singles },
    ...{ blocks, blockRows: blocks * windowRows, blockTaps: blocks * taps },
    ...{ pixels, pixelRows: pixels * windowRows, pixelTaps: pixels * taps },
    near: threes === 'stride1' ? blocks : 0,
    apart: threes === 'stride2' ? blocks : 0,
    pixelThrees: unrolled ? pixels : 0,
    rounded: node.attrs.rounding === 'single' ? atOnce * blocks + pixels : 0,
  };
}

// Lines that hold input rows with the padding of their columns; none where there is no such padding.
function linesOf({ attrs, inputs, outputs }: DepthwiseNode) {
  const [, , width = 1, channels = 1] = inputs[0]!.shape;
  const { kernel, stride, dilation, padding } = attrs;
  const [reachY, reachX] = kernel.map((size, i) => (size - 1) * dilation[i]! + 1) as [
    number,
    number,
  ];
  const left = padding[1];
  const needed = (outputs[0]!.shape[2]! - 1) * stride[1] + reachX;
  const isInside = left === 0 && needed <= width;
  return {
    lines: isInside ? 0 : reachY,
    line: needed * channels,
    copied: Math.min(width, needed - left) * channels,
  };
}

function padsRows({ attrs, inputs, outputs }: DepthwiseNode): boolean {
  const { kernel, stride, dilation, padding } = attrs;
  const last = (outputs[0]!.shape[1]! - 1) * stride[0] + (kernel[0] - 1) * dilation[0];
  return padding[0] > 0 || last - padding[0] >= inputs[0]!.shape[1]!;
}
