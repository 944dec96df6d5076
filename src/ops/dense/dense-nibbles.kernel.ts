import { nibbles8 } from '../../encode/nibbles.ts';
import { denseNibbleStreams, nibbleWork, rejectNibbles } from '../gemm/nibbles.ts';
import { denseNibbles as units } from '../gemm/units.ts';
import { widenWork } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import * as weighted from '../weighted.ts';
import { layerOf } from './dense-gemm.kernels.ts';
import type { FixedDense } from './dense.ts';
import { batchesOf, denseGemmFields } from './gemm-fields.ts';

const OUTPUTS = 8;

/** Fully connected layers on weights of four bits, eight outputs at a time. */
export const denseNibbles: Kernel<FixedDense> = {
  name: 'dense_s8_nibbles',
  units: [units],
  formats: [nibbles8],
  reject: (node, { target }) => weighted.rejectTarget(node, target) ?? rejectNibbles(layerOf(node)),
  cost(node) {
    const layer = layerOf(node);
    const { weights, scales } = denseNibbleStreams(layer, node.attrs.rounding);
    const batches = batchesOf(node);
    return {
      work: {
        ...widenWork(batches, node.inputs[1]!.shape[1]!),
        ...nibbleWork(layer, OUTPUTS, batches),
      },
      constantBytes: 4 * (weights.length + scales.length),
      scratchBytes: 2 * layer.matrix.columns,
      calls: [units(layer)],
    };
  },
  code(node, { format }) {
    const layer = layerOf(node);
    const streams = denseNibbleStreams(layer, node.attrs.rounding);
    return [call(units(layer), denseGemmFields(node, layer, streams, format!))];
  },
};
