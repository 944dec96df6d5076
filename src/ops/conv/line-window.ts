import type { TypedNode } from '../../ir/types.ts';
import { memoiseLayer } from '../rows.ts';
import type { FixedDepthwise } from './depthwise.ts';
import { wordsOf } from './strip-window.ts';
import type { Walk } from './strip-window.ts';

/** A layer as the lines take it, pairs being [y, x]: a tensor that is one row is taken for a column. */
export interface LineLayer {
  readonly turned: boolean;
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly channels: number;
  /** Outputs of each input channel. */
  readonly depth: number;
  /** Words of a column that windows need beyond those that they move along. */
  readonly more: number;
}

/** How much of a layer is done at a time: output rows and columns, words of its lines. */
export interface LineTile {
  readonly tile: number;
  readonly columns: number;
  readonly words: number;
}

/** The lines of a tile take about so many bytes. */
const LINES_BYTES = 2560;
const WORD_BYTES = 16;

export function lineLayer(node: TypedNode<FixedDepthwise>): LineLayer {
  const { attrs, inputs, outputs } = node;
  const [, inputHeight = 1, inputWidth = 1, channels = 1] = inputs[0]!.shape;
  const [, height = 1, width = 1, made = 1] = outputs[0]!.shape;
  const { kernel, stride, dilation, padding } = attrs;
  const turned = isOneRow(node);
  const pair = ([y, x]: readonly [number, number]): [number, number] => (turned ? [x, y] : [y, x]);
  return {
    turned,
    input: pair([inputHeight, inputWidth]),
    output: pair([height, width]),
    kernel: pair(kernel),
    stride: pair(stride),
    dilation: pair(dilation),
    padding: pair([padding[0], padding[1]]),
    channels,
    depth: made / channels,
    more: stepsOf(pair(kernel)[0]).full,
  };
}

/** Words hold rows of windows that move by one or two of them. */
export const MOST_STRIDE = 2;

// Some rows of a layer are taken as all of them are.
const isOneRow = memoiseLayer(({ attrs, inputs, outputs }: TypedNode<FixedDepthwise>) => {
  const one = inputs[0]!.shape[1] === 1 && outputs[0]!.shape[1] === 1;
  return one && attrs.kernel[0] === 1 && attrs.stride[1] <= MOST_STRIDE;
});

/** Steps of four taps that a column of a window takes, the last one filled up; and of the one that is left. */
export function stepsOf(height: number): { full: number; single: number } {
  const single = height % 4 === 1 ? 1 : 0;
  return { full: (height - single + 3) >> 2, single };
}

/** Input columns of some output columns. */
export function lineWidth({ kernel, stride, dilation }: LineLayer, columns: number): number {
  return (columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
}

export function tileOf(layer: LineLayer): LineTile {
  const { stride, dilation, output } = layer;
  const quads = Math.ceil(output[0] / dilation[0] / 4);
  const linesOf = (count: number) => count * stride[0] + layer.more;
  const fits = (count: number, columns: number) =>
    WORD_BYTES * linesOf(count) * lineWidth(layer, columns) <= LINES_BYTES;
  const share = (size: number, parts: number) => Math.ceil(size / parts);
  let [down, across] = [1, 1];
  while (!fits(share(quads, down), output[1]) && down < quads) down++;
  while (!fits(share(quads, down), share(output[1], across)) && across < output[1]) across++;
  const [tile, columns] = [share(quads, down), share(output[1], across)];
  return { tile: 4 * tile, columns, words: linesOf(tile) * lineWidth(layer, columns) };
}

/** The layer where a walk along one column does it (strip-window.ts). */
export function columnLayer(layer: LineLayer, walk: Walk): LineLayer {
  return { ...layer, more: wordsOf(walk) - walk.stride[0] };
}

/** Lines, outputs, places of the window's steps and their two ends. */
export function lineScratchBytes(layer: LineLayer): number {
  const { tile, columns, words } = tileOf(layer);
  const { full, single } = stepsOf(layer.kernel[0]);
  const records = layer.output[1] === 1 ? tile >> 2 : columns;
  return WORD_BYTES * (words + records) + 4 * (layer.kernel[1] * (full + single) + 2);
}
