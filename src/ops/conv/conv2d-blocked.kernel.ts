import { blocks4x2 } from '../../encode/blocks.ts';
import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { gemmLayer } from '../gemm/channels.ts';
import { convForm } from '../gemm/fixed-form.ts';
import { arrangeTaps } from '../gemm/taps.ts';
import { gemmBlocks } from '../gemm/units.ts';
import { outputWork } from '../gemm/work.ts';
import { convBlockStream, convBlockWork } from '../sparse/blocks.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import type { FixedConv2d } from './conv2d.ts';
import { multipliersOf } from './fields.ts';
import { tapRows } from './gather.ts';
import { streamKernel } from './stream-kernel.ts';

/** Convolutions on blocks of four channels by two neighbouring taps, for two pixels at once. */
export const conv2dBlocked = streamKernel({
  name: 'conv2d_s8_blocked',
  units: [gemmBlocks],
  format: blocks4x2,
  // Taps in their order, each row of a window filled up to whole pairs.
  layerOf: memoiseLayer((node: TypedNode<FixedConv2d>) => {
    const [rows = 0, ...taps] = node.inputs[1]!.shape;
    const matrix = { rows, columns: product(taps), data: weighted.int8Weights(node) };
    const arranged = arrangeTaps(matrix, tapRows(node), 0, (index) => index);
    const layer = gemmLayer(node, arranged, multipliersOf(node, rows));
    return { ...layer, form: convForm(layer, node.attrs.rounding) };
  }),
  reject: ({ exact, matrix }) =>
    exact.length > 0 ? `${exact.length} channels have sums beyond 2^23` : blocks4x2.reject(matrix),
  stream: convBlockStream,
  products(layer, groups) {
    const { products, rounds } = convBlockWork(layer);
    return {
      ...outputWork(layer, blocks4x2.height, groups),
      products: groups * products,
      rounds: groups * rounds,
    };
  },
  unitOf: gemmBlocks,
});
