import { ternary4 } from '../../encode/ternary.ts';
import type { TypedNode } from '../../ir/types.ts';
import type { GemmLayer } from '../gemm/channels.ts';
import { isLong, rejectTernary, ternaryStream, ternaryWork } from '../gemm/ternary.ts';
import { gemmTernary } from '../gemm/units.ts';
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
/** Words of which the last one may have half as many taps: those behind it are read, too. */
const BEHIND_BYTES = 8;

/** Convolutions on weights that are 0 or one size a channel with either sign, two pixels by four channels. */
export const conv2dTernary: Kernel<FixedConv2d> = {
  name: 'conv2d_s8_ternary',
  units: [gemmTernary],
  rows: true,
  formats: [ternary4],
  reject(node, { target }) {
    if (node.inputs[0]!.shape[3] !== node.inputs[1]!.shape[3]) return 'does no groups';
    const unfit = rejectWindow(node) ?? weighted.rejectTarget(node, target);
    return unfit ?? rejectTernary(layerOf(node));
  },
  cost(node) {
    const layer = layerOf(node);
    return {
      work: workOf(node),
      constantBytes: ternaryStream(layer).byteLength,
      scratchBytes: 4 * layer.matrix.columns + BEHIND_BYTES + gatherBytes(node, PIXELS),
      calls: [unitOf(layer)],
    };
  },
  code(node, { format }, layout) {
    const layer = layerOf(node);
    const words = ternaryStream(layer);
    const pairs = layer.matrix.columns / 2;
    const fields = convGemmFields(node, layout, { words, pairs, format: format! });
    return [call(unitOf(layer), fields)];
  },
};

function workOf(node: ConvNode): Record<string, number> {
  const windows = windowsOf(node);
  const gather = gatherWork(windows, PIXELS, false);
  const products = ternaryWork(layerOf(node), gather.groups);
  return ofBatches({ ...gather, ...products }, windows.batches);
}

function unitOf(layer: GemmLayer) {
  return gemmTernary({ ...layer, long: isLong(layer) });
}
