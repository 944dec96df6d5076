import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import type { TapRows } from '../gemm/taps.ts';
import type { Windows } from '../gemm/work.ts';
import type { FixedConv2d } from './conv2d.ts';
import type { Window } from './geometry.ts';

type ConvNode = TypedNode<FixedConv2d>;

/** A row of the window lies side by side, but where dilation puts its columns apart; filled up to `unit` taps. */
export function tapRows({ attrs, inputs }: TypedNode<Window>, unit = 2): TapRows {
  const [, height = 1, width = 1, depth = 1] = inputs[1]!.shape;
  const parts = attrs.dilation[1] === 1 ? 1 : width;
  const length = (width / parts) * depth;
  return {
    rows: parts * height,
    length,
    padded: Math.ceil(length / unit) * unit,
    tapAt(row, index) {
      const [part, ky] = [Math.floor(row / height), row % height];
      return ky * width * depth + part * depth + index;
    },
  };
}

/**
 * Bytes of an input row between its padding, of which a window's are copied into a ring; 0 where windows
 * are read where they lie: they stay inside of the input, in whole words.
 */
export function lineBytes({ attrs, inputs, outputs }: ConvNode): number {
  const [, height = 1, width = 1, depth = 1] = inputs[0]!.shape;
  const [, rows = 1, columns = 1] = outputs[0]!.shape;
  const reach = (axis: 0 | 1, count: number) =>
    (count - 1) * attrs.stride[axis] + (attrs.kernel[axis] - 1) * attrs.dilation[axis] + 1;
  const inside =
    attrs.padding[0] === 0 &&
    attrs.padding[1] === 0 &&
    reach(0, rows) <= height &&
    reach(1, columns) <= width;
  if (inside && tapRows({ attrs, inputs, outputs } as ConvNode).length % 4 === 0) return 0;
  // Windows are read by whole words: up to three bytes beyond their end.
  return Math.ceil((reach(1, columns) * depth + 3) / 4) * 4;
}

/** What gathering the windows of a node takes. */
export function windowsOf(node: ConvNode): Windows {
  const { kernel, stride, dilation } = node.attrs;
  const [batches = 1, rows = 1, columns = 1] = node.outputs[0]!.shape;
  const taps = tapRows(node);
  const flat = lineBytes(node) === 0 && product([...kernel, ...stride]) === 1;
  return {
    ...(flat ? { rows: 1, columns: rows * columns } : { rows, columns }),
    ...{ batches, parts: dilation[1] === 1 ? 1 : kernel[1], height: kernel[0], bytes: taps.length },
    ...linesOf(node),
  };
}

// The padded lines that one image's windows reach, as they are filled and copied.
function linesOf(node: ConvNode) {
  const { kernel, stride, dilation, padding } = node.attrs;
  const [, height = 1, width = 1, depth = 1] = node.inputs[0]!.shape;
  const line = lineBytes(node);
  const reach = (kernel[0] - 1) * dilation[0] + 1;
  const copied = Math.min(width * depth, line - padding[1] * depth);
  const count = { lines: 0, filledBytes: 0, copiedBytes: 0 };
  if (line === 0) return count;
  for (let row = 0, y = 0; row < node.outputs[0]!.shape[1]!; row++) {
    const top = row * stride[0];
    for (y = Math.max(y, top); y < top + reach; y++) {
      const inside = y >= padding[0] && y - padding[0] < height;
      count.lines++;
      if (!inside || copied < line) count.filledBytes += line;
      if (inside) count.copiedBytes += copied;
    }
  }
  return count;
}

/** Bytes of working memory for the padded lines, and for the outputs of the last `pixels`. */
export function gatherBytes(node: ConvNode, pixels: number): number {
  const { kernel, dilation } = node.attrs;
  return (
    lineBytes(node) * ((kernel[0] - 1) * dilation[0] + 1) + pixels * node.outputs[0]!.shape[3]!
  );
}
