import { blocks8x1 } from '../../encode/blocks.ts';
import type { TypedNode } from '../../ir/types.ts';
import { denseBlocks as units } from '../gemm/units.ts';
import { outputWork, widenWork } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { denseBlockStreams, denseBlockWork } from '../sparse/blocks.ts';
import * as weighted from '../weighted.ts';
import { layerOf } from './dense-gemm.kernels.ts';
import type { FixedDense } from './dense.ts';
import { batchesOf, denseGemmFields } from './gemm-fields.ts';

/** Fully connected layers on columns of eight outputs, two columns at a time. */
export const denseBlocked: Kernel<FixedDense> = {
  name: 'dense_s8_blocked',
  units: [units],
  formats: [blocks8x1],
  reject(node, { target }) {
    const unfit = weighted.rejectTarget(node, target);
    if (unfit) return unfit;
    const { exact, matrix } = layerOf(node);
    return exact.length > 0
      ? `${exact.length} outputs have sums beyond 2^23`
      : blocks8x1.reject(matrix);
  },
  cost(node) {
    const layer = layerOf(node);
    const { weights, scales } = denseBlockStreams(layer, node.attrs.rounding);
    return {
      work: workOf(node),
      constantBytes: 4 * (weights.length + scales.length),
      scratchBytes: 2 * layer.matrix.columns,
      calls: [units(layer)],
    };
  },
  code(node, { format }) {
    const layer = layerOf(node);
    const streams = denseBlockStreams(layer, node.attrs.rounding);
    return [call(units(layer), denseGemmFields(node, layer, streams, format!))];
  },
};

function workOf(node: TypedNode<FixedDense>): Record<string, number> {
  const layer = layerOf(node);
  const batches = batchesOf(node);
  const { products, rounds } = denseBlockWork(layer);
  return {
    ...widenWork(batches, node.inputs[1]!.shape[1]!),
    ...outputWork(layer, blocks8x1.height, batches),
    products: batches * products,
    rounds: batches * rounds,
  };
}
