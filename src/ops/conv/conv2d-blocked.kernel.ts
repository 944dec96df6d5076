import { blocks4x2 } from '../../encode/blocks.ts';
import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { gemmLayer } from '../gemm/channels.ts';
import { convForm } from '../gemm/fixed-form.ts';
import { arrangeTaps } from '../gemm/taps.ts';
import { gemmBlocks } from '../gemm/units.ts';
import { gatherWork, ofBatches, outputWork } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { convBlockStream, convBlockWork } from '../sparse/blocks.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import type { FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow } from './fields.ts';
import { convGemmFields } from './gemm-fields.ts';
import { gatherBytes, tapRows, windowsOf } from './gather.ts';

type ConvNode = TypedNode<FixedConv2d>;

const PIXELS = 2;

/** Convolutions on blocks of four channels by two neighbouring taps, for two pixels at once. */
export const conv2dBlocked: Kernel<FixedConv2d> = {
  name: 'conv2d_s8_blocked',
  units: [gemmBlocks],
  rows: true,
  formats: [blocks4x2],
  reject(node, { target }) {
    if (node.inputs[0]!.shape[3] !== node.inputs[1]!.shape[3]) return 'does no groups';
    const unfit = rejectWindow(node) ?? weighted.rejectTarget(node, target);
    if (unfit) return unfit;
    const { exact, matrix } = layerOf(node);
    return exact.length > 0
      ? `${exact.length} channels have sums beyond 2^23`
      : blocks4x2.reject(matrix);
  },
  cost(node) {
    const layer = layerOf(node);
    return {
      work: workOf(node),
      constantBytes: convBlockStream(layer).byteLength,
      scratchBytes: 4 * layer.matrix.columns + gatherBytes(node, PIXELS),
      calls: [gemmBlocks(layer)],
    };
  },
  code(node, { format }, layout) {
    const layer = layerOf(node);
    const words = convBlockStream(layer);
    const pairs = layer.matrix.columns / 2;
    const fields = convGemmFields(node, layout, { words, pairs, format: format! });
    return [call(gemmBlocks(layer), fields)];
  },
};

function workOf(node: ConvNode): Record<string, number> {
  const layer = layerOf(node);
  const windows = windowsOf(node);
  const gather = gatherWork(windows, PIXELS, false);
  const { products, rounds } = convBlockWork(layer);
  const work = {
    ...gather,
    ...outputWork(layer, blocks4x2.height, gather.groups),
    products: gather.groups * products,
    rounds: gather.groups * rounds,
  };
  return ofBatches(work, windows.batches);
}

// Taps in their order, each row of a window filled up to whole pairs.
const layerOf = memoiseLayer((node: ConvNode) => {
  const [rows = 0, ...taps] = node.inputs[1]!.shape;
  const matrix = { rows, columns: product(taps), data: weighted.int8Weights(node) };
  const arranged = arrangeTaps(matrix, tapRows(node), 0, (index) => index);
  const layer = gemmLayer(node, arranged, multipliersOf(node, rows));
  return { ...layer, form: convForm(layer, node.attrs.rounding) };
});
