import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import type { Choice } from '../kernel.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import type { DepthwiseAttrs } from './depthwise.ts';
import { multipliersOf, rejectWindow } from './fields.ts';

type DepthwiseNode = TypedNode<DepthwiseAttrs>;

/** Outputs of each input channel. */
export function depthMultiplier(node: TypedNode): number {
  return node.outputs[0]!.shape[3]! / node.inputs[0]!.shape[3]!;
}

/** Weights as they come: [ky * kx, c]. */
export const byTap = memoiseLayer((node: DepthwiseNode): WeightMatrix => {
  const [, ky = 1, kx = 1, columns = 1] = node.inputs[1]!.shape;
  return { rows: ky * kx, columns, data: weighted.int8Weights(node) };
});

/** Weights turned to a row of taps for each channel. */
export const byChannel = memoiseLayer((node: DepthwiseNode): WeightMatrix => {
  const { rows: columns, columns: rows, data: taps } = byTap(node);
  const data = new Int8Array(taps.length);
  for (let c = 0; c < rows; c++)
    for (let t = 0; t < columns; t++) data[c * columns + t] = taps[t * rows + c]!;
  return { rows, columns, data };
});

export const channelsOf = memoiseLayer((node: DepthwiseNode): weighted.Channels => {
  const matrix = byChannel(node);
  return weighted.channelsOf(node, matrix, multipliersOf(node, matrix.rows));
});

/** Why kernels in C for the DSP extension cannot take a layer; undefined where they can. */
export function rejectDsp(node: DepthwiseNode, { target, format }: Choice): string | undefined {
  if (depthMultiplier(node) !== 1) return 'takes no depth multiplier';
  const unfit = rejectWindow(node) ?? weighted.rejectTarget(node, target);
  if (unfit) return unfit;
  const channels = channelsOf(node);
  return (
    format!.reject(channels.matrix) ?? weighted.rejectChannels(channels, weighted.DOUBLING_LIMIT)
  );
}
