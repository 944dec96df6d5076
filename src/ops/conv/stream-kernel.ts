import type { WeightFormat } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import type { CONV_GEMM } from '../gemm/structs.ts';
import type { GemmLayer } from '../gemm/channels.ts';
import { gatherWork, ofBatches } from '../gemm/work.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import type { KernelUnit } from '../unit.ts';
import * as weighted from '../weighted.ts';
import type { FixedConv2d } from './conv2d.ts';
import { rejectWindow } from './fields.ts';
import { convGemmFields } from './gemm-fields.ts';
import { gatherBytes, windowsOf } from './gather.ts';

type ConvNode = TypedNode<FixedConv2d>;

/** What kernels differ in that go through one stream of words for every two pixels. */
interface StreamKernel {
  readonly name: string;
  readonly units: Kernel['units'];
  readonly format: WeightFormat;
  layerOf(node: ConvNode): GemmLayer;
  /** Why a layer of one group, whose types and core suit, cannot be computed so. */
  reject(layer: GemmLayer): string | undefined;
  stream(layer: GemmLayer): Uint32Array;
  /** The work of the products of so many groups of pixels with all channels. */
  products(layer: GemmLayer, groups: number): Record<string, number>;
  unitOf(layer: GemmLayer): KernelUnit<(typeof CONV_GEMM)['members']>;
  /** Bytes behind the widened pixels that are read, too. */
  readonly behindBytes?: number;
}

const PIXELS = 2;

/** A convolution of one group on a stream of words for each four channels. */
export function streamKernel(stream: StreamKernel): Kernel<FixedConv2d> {
  const { name, units, format, layerOf, unitOf, behindBytes = 0 } = stream;
  return {
    name,
    units,
    rows: true,
    formats: [format],
    reject(node, { target }) {
      if (node.inputs[0]!.shape[3] !== node.inputs[1]!.shape[3]) return 'does no groups';
      const unfit = rejectWindow(node) ?? weighted.rejectTarget(node, target);
      return unfit ?? stream.reject(layerOf(node));
    },
    cost(node) {
      const layer = layerOf(node);
      const windows = windowsOf(node);
      const gather = gatherWork(windows, PIXELS, false);
      const work = { ...gather, ...stream.products(layer, gather.groups) };
      return {
        work: ofBatches(work, windows.batches),
        constantBytes: stream.stream(layer).byteLength,
        scratchBytes: 4 * layer.matrix.columns + behindBytes + gatherBytes(node, PIXELS),
        calls: [unitOf(layer)],
      };
    },
    code(node, _, layout) {
      const layer = layerOf(node);
      const words = stream.stream(layer);
      const pairs = layer.matrix.columns / 2;
      return [call(unitOf(layer), convGemmFields(node, layout, { words, pairs, format }))];
    },
  };
}
