import { nibbles4 } from '../../encode/nibbles.ts';
import type { TypedNode } from '../../ir/types.ts';
import { convNibbleStream, nibbleWork, rejectNibbles } from '../gemm/nibbles.ts';
import { gemmNibbles as units } from '../gemm/units.ts';
import { gatherWork, ofBatches } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import * as weighted from '../weighted.ts';
import { layerOf } from './conv2d-gemm.kernels.ts';
import type { FixedConv2d } from './conv2d.ts';
import { rejectWindow } from './fields.ts';
import { convGemmFields } from './gemm-fields.ts';
import { gatherBytes, windowsOf } from './gather.ts';

type ConvNode = TypedNode<FixedConv2d>;

const PIXELS = 2;
const CHANNELS = 4;

/** Convolutions on weights of four bits, two pixels by four channels. */
export const conv2dNibbles: Kernel<FixedConv2d> = {
  name: 'conv2d_s8_nibbles',
  units: [units],
  rows: true,
  formats: [nibbles4],
  reject(node, { target }) {
    if (node.inputs[0]!.shape[3] !== node.inputs[1]!.shape[3]) return 'does no groups';
    const unfit = rejectWindow(node) ?? weighted.rejectTarget(node, target);
    return unfit ?? rejectNibbles(layerOf(node));
  },
  cost(node) {
    const layer = layerOf(node);
    return {
      work: workOf(node),
      constantBytes: convNibbleStream(layer).byteLength,
      scratchBytes: 4 * layer.matrix.columns + gatherBytes(node, PIXELS),
      calls: [units(layer)],
    };
  },
  code(node, { format }, layout) {
    const layer = layerOf(node);
    const words = convNibbleStream(layer);
    const pairs = layer.matrix.columns / 2;
    const fields = convGemmFields(node, layout, { words, pairs, format: format! });
    return [call(units(layer), fields)];
  },
};

function workOf(node: ConvNode): Record<string, number> {
  const windows = windowsOf(node);
  const gather = gatherWork(windows, PIXELS, false);
  const products = nibbleWork(layerOf(node), CHANNELS, gather.groups);
  return ofBatches({ ...gather, ...products }, windows.batches);
}
