import { pairs4, pairs8 } from '../../encode/pairs.ts';
import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { weightZeroPoint } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { gemmLayer } from '../gemm/channels.ts';
import { denseWork } from '../gemm/work.ts';
import { denseStreams, exactStream } from '../gemm/stream.ts';
import { arrangeTaps } from '../gemm/taps.ts';
import { denseGemm, variantOf } from '../gemm/units.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import * as weighted from '../weighted.ts';
import { denseMultipliers } from './multipliers.ts';
import type { FixedDense } from './dense.ts';
import { batchesOf, denseGemmFields } from './gemm-fields.ts';

type DenseNode = TypedNode<FixedDense>;

/** Fully connected layers on weights in pairs, eight or four outputs at a time. */
export const denseGemmKernels = [gemmKernel(8), gemmKernel(4)] as const;

function gemmKernel(group: 4 | 8): Kernel<FixedDense> {
  const units = denseGemm[group];
  return {
    name: `dense_s8_${group}`,
    units: [units],
    formats: [group === 8 ? pairs8 : pairs4],
    reject(node, { target }) {
      const unfit = weighted.rejectCore(node, target);
      if (unfit) return unfit;
      const { exact, matrix } = layerOf(node);
      return 2 * exact.length > matrix.rows
        ? `${exact.length} of ${matrix.rows} outputs have sums beyond 2^23`
        : undefined;
    },
    cost(node) {
      const layer = layerOf(node);
      const { columns } = layer.matrix;
      const { weights, scales } = denseStreams(layer, group, node.attrs.rounding);
      return {
        work: denseWork(layer, group, {
          batches: batchesOf(node),
          depth: node.inputs[1]!.shape[1]!,
        }),
        constantBytes: 4 * (weights.length + scales.length + exactStream(layer.exact).length),
        scratchBytes: 2 * columns,
        calls: [units(variantOf(layer))],
      };
    },
    code(node, { format }) {
      const layer = layerOf(node);
      const streams = denseStreams(layer, group, node.attrs.rounding);
      return [call(units(variantOf(layer)), denseGemmFields(node, layer, streams, format!))];
    },
  };
}

/** The layer of a node: one row of taps, words of four bytes each. */
export const layerOf = memoise((node: DenseNode) => {
  const [rows = 0, columns = 0] = node.inputs[1]!.shape;
  const matrix: WeightMatrix = { rows, columns, data: weighted.int8Weights(node) };
  const taps = {
    ...{ rows: 1, length: columns, padded: Math.ceil(columns / 4) * 4 },
    tapAt: (_row: number, index: number) => index,
  };
  const zero = weightZeroPoint(node.inputs[1]!);
  return gemmLayer(node, arrangeTaps(matrix, taps, zero), denseMultipliers(node));
});
