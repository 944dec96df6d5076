import { codedQuads } from '../../encode/coded.ts';
import { quads } from '../../encode/quads.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { pixelsAtOnce } from '../blocks.ts';
import { codedKernel } from '../coded/coded.kernel.ts';
import { table } from '../constant-array.ts';
import { onlyInFloat } from '../float-rounding.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeBytes, requantizeFields } from '../requantize.ts';
import { struct } from '../struct.ts';
import { blockUnits } from '../weighted-units.ts';
import * as weighted from '../weighted.ts';
import type { DenseAttrs, FixedDense } from './dense.ts';
import { denseMultipliers } from './multipliers.ts';

const units = blockUnits(
  {
    name: 'nn_dense_blocks_s8',
    template: 'dense/dense-blocks-s8',
    struct: struct(
      'nn_dense_blocks',
      "A fully connected layer with the input's zero point folded into the bias.",
      {
        requantize: REQUANTIZE,
        batches: 'int32_t',
        depth: 'int32_t',
        outputs: 'int32_t',
        weights: 'const int8_t *',
        bias: 'const int32_t *',
      },
    ),
    parameters: 'const int8_t *input, int8_t *output',
  },
  {},
);

const blocks: Omit<Kernel<DenseAttrs>, 'name' | 'units'> = {
  formats: [quads],
  reject(node) {
    const unfit = weighted.rejectTypes(node);
    if (unfit) return unfit;
    return weighted.rejectChannels(channelsOf(node), weighted.DOUBLING_LIMIT);
  },
  cost(node, { target }) {
    const { matrix, multipliers } = channelsOf(node);
    const rows = 4 * Math.ceil(matrix.rows / 4);
    const outputs = elements(node.outputs[0]!);
    const eights = pixelsAtOnce(target) === 4 ? rows - (rows % 8) : 0;
    const batches = outputs / matrix.rows;
    const tails = matrix.columns & 3;
    const taps = batches * (matrix.columns - tails);
    return {
      work: {
        ...{ outputs, eights: taps * eights, macs: taps * (rows - eights) },
        tails: batches * tails * rows,
      },
      constantBytes: quads.bytes(matrix) + 4 * rows + requantizeBytes(multipliers),
      scratchBytes: 0,
      calls: [unitOf(node)],
    };
  },
  code(node) {
    const { matrix, bias, multipliers } = channelsOf(node);
    return [
      call(unitOf(node), {
        requantize: requantizeFields(node, multipliers, (shift) => -shift),
        batches: elements(node.outputs[0]!) / matrix.rows,
        depth: matrix.columns,
        outputs: matrix.rows,
        weights: table('weights', quads.encode(matrix), quads.name),
        bias: table('bias', weighted.padTo4(bias)),
      }),
    ];
  },
};

/** Four outputs at a time, eight where registers hold them, in C that suits every core. */
export const denseBlocks: Kernel<FixedDense> = {
  ...blocks,
  name: 'dense_blocks_s8_c',
  units: [units.fixed],
};

/** The same with sums that are rounded as ONNX Runtime does. */
export const denseBlocksInFloat = onlyInFloat<DenseAttrs>({
  ...blocks,
  name: 'dense_blocks_s8_float_c',
  units: [units.inFloat],
});

/** On coded weights. */
export const denseBlocksCoded = codedKernel(denseBlocks, codedQuads);

function unitOf(node: TypedNode<DenseAttrs>) {
  return units.of(node, channelsOf(node).multipliers, {});
}

const channelsOf = memoise((node: TypedNode<DenseAttrs>): weighted.Channels => {
  const [rows = 0, columns = 0] = node.inputs[1]!.shape;
  const matrix = { rows, columns, data: weighted.int8Weights(node) };
  return weighted.channelsOf(node, matrix, denseMultipliers(node));
});
