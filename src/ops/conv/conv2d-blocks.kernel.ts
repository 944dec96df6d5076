import { codedQuads } from '../../encode/coded.ts';
import { quads } from '../../encode/quads.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import type { Target } from '../../target/target.ts';
import { pixelsAtOnce, tapBytes } from '../blocks.ts';
import { codedKernel } from '../coded/coded.kernel.ts';
import { table } from '../constant-array.ts';
import { onlyInFloat } from '../float-rounding.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeBytes, requantizeFields } from '../requantize.ts';
import { struct } from '../struct.ts';
import { blockUnits } from '../weighted-units.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import type { Conv2dAttrs, FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow } from './fields.ts';
import { spreadBytes, spreadWork, windowsFields, WINDOWS } from './windows.ts';

const units = blockUnits(
  {
    name: 'nn_conv2d_blocks_s8',
    template: 'conv/conv2d-blocks-s8',
    struct: struct(
      'nn_conv_blocks',
      "A convolution with the input's zero point folded into the bias.",
      {
        windows: WINDOWS,
        requantize: REQUANTIZE,
        weights: 'const int8_t *',
        bias: 'const int32_t *',
      },
    ),
    parameters: 'const int8_t *input, int8_t *output, int8_t *scratch, int32_t first, int32_t last',
  },
  {},
);

const blocks: Omit<Kernel<Conv2dAttrs>, 'name' | 'units'> = {
  rows: true,
  formats: [quads],
  reject(node) {
    const unfit = weighted.rejectTypes(node);
    if (unfit) return unfit;
    if (node.inputs[1]!.shape[3] !== node.inputs[0]!.shape[3]) return 'takes one group';
    return rejectWindow(node) ?? weighted.rejectChannels(channelsOf(node), weighted.DOUBLING_LIMIT);
  },
  cost(node, { target }) {
    const { matrix, multipliers } = channelsOf(node);
    return {
      work: workOf(node, matrix, target),
      constantBytes: quads.bytes(matrix) + 4 * quadRows(matrix.rows) + requantizeBytes(multipliers),
      scratchBytes: spreadBytes(node, pixelsAtOnce(target) * tapBytes(target)),
      calls: [unitOf(node)],
    };
  },
  code(node, _, layout) {
    const { matrix, bias, multipliers } = channelsOf(node);
    return [
      call(unitOf(node), {
        windows: windowsFields(node, layout),
        requantize: requantizeFields(node, multipliers, (shift) => -shift),
        weights: table('weights', quads.encode(matrix), quads.name),
        bias: table('bias', weighted.padTo4(bias)),
      }),
    ];
  },
};

/** Some pixels and two channels at a time, in C that suits every core. */
export const conv2dBlocks: Kernel<FixedConv2d> = {
  ...blocks,
  name: 'conv2d_blocks_s8_c',
  units: [units.fixed],
};

/** The same with sums that are rounded as ONNX Runtime does. */
export const conv2dBlocksInFloat = onlyInFloat<Conv2dAttrs>({
  ...blocks,
  name: 'conv2d_blocks_s8_float_c',
  units: [units.inFloat],
});

/** On coded weights. */
export const conv2dBlocksCoded = codedKernel(conv2dBlocks, codedQuads);

// Windows, blocks of some pixels and two channels, their taps eight at a time.
function workOf(
  node: TypedNode<Conv2dAttrs>,
  { rows, columns }: weighted.Channels['matrix'],
  target: Target,
) {
  const [batches = 1, height = 1, width = 1] = node.outputs[0]!.shape;
  const groups = batches * Math.ceil((height * width) / pixelsAtOnce(target));
  const blocks = groups * Math.ceil(rows / 2);
  const outputs = elements(node.outputs[0]!);
  return {
    ...spreadWork(node),
    ...{ groups, blocks, rounds: blocks * (columns >> 3), tails: blocks * (columns & 7) },
    ...{ outputs, single: node.attrs.rounding === 'single' ? outputs : 0 },
  };
}

function unitOf(node: TypedNode<Conv2dAttrs>) {
  return units.of(node, channelsOf(node).multipliers, {});
}

const channelsOf = memoiseLayer((node: TypedNode<Conv2dAttrs>): weighted.Channels => {
  const [rows = 0, ...taps] = node.inputs[1]!.shape;
  const matrix = { rows, columns: product(taps), data: weighted.int8Weights(node) };
  return weighted.channelsOf(node, matrix, multipliersOf(node, rows));
});

function quadRows(rows: number): number {
  return 4 * Math.ceil(rows / 4);
}
