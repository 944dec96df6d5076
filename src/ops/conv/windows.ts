import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import type { Layout } from '../kernel.ts';
import { struct } from '../struct.ts';
import type { FieldsOf } from '../struct.ts';
import type { Conv2dAttrs } from './conv2d.ts';
import { windowFields } from './fields.ts';
import { WINDOW } from './structs.ts';

type ConvNode = TypedNode<Conv2dAttrs>;

/** What nn_windows.h gathers. */
export const WINDOWS = struct(
  'nn_windows',
  'Windows of so many taps; in_place: those of one pixel, read where they lie.',
  { window: WINDOW, input_zero: 'int16_t', in_place: 'int16_t', taps: 'int32_t' },
);

export function windowsFields(
  node: ConvNode,
  layout: Layout,
): FieldsOf<(typeof WINDOWS)['members']> {
  return {
    window: windowFields(node, layout),
    input_zero: perTensor(node.inputs[0]!).zeroPoint,
    in_place: isInPlace(node) ? 1 : 0,
    taps: tapsOf(node),
  };
}

/** Bytes of so many gathered windows; a little where they are read in place, as the function takes some. */
export function windowBytes(node: ConvNode, count: number): number {
  return isInPlace(node) ? 4 : count * tapsOf(node);
}

/** Pixels, and what is gathered for them. */
export function windowsWork(node: ConvNode) {
  const pixels = product(node.outputs[0]!.shape.slice(0, 3));
  const columns = isInPlace(node) ? 0 : pixels * product(node.attrs.kernel);
  return { pixels, columns, gathered: columns * node.inputs[0]!.shape[3]! };
}

/** Windows whose taps are spread, and the pieces that are spread: rows of a window, or columns at the edges. */
export function spreadWork(node: ConvNode) {
  const [batches = 1, height = 1, width = 1] = node.outputs[0]!.shape;
  const [ky, kx] = node.attrs.kernel;
  const [first, end] = insideColumns(node);
  const inside = node.attrs.dilation[1] === 1 ? end - first : 0;
  const rows = batches * height;
  return {
    pixels: rows * width,
    pieces: rows * ky * (inside + (width - inside) * kx),
    spread: rows * width * tapsOf(node),
  };
}

// The output columns, from and to, whose windows have all of their columns inside the input.
function insideColumns({ attrs, inputs, outputs }: ConvNode): [number, number] {
  const [width, columns] = [inputs[0]!.shape[2]!, outputs[0]!.shape[2]!];
  const [stride, left] = [attrs.stride[1], attrs.padding[1]];
  const reach = (attrs.kernel[1] - 1) * attrs.dilation[1] + 1;
  const first = Math.min(columns, Math.ceil(left / stride));
  const end = Math.floor((width + left - reach) / stride) + 1;
  return [first, Math.min(columns, Math.max(first, end))];
}

/** Bytes of so many windows, gathered. */
export function spreadBytes(node: ConvNode, count: number): number {
  return count * tapsOf(node);
}

function tapsOf(node: ConvNode): number {
  return product(node.inputs[1]!.shape.slice(1));
}

function isInPlace({ attrs }: ConvNode): boolean {
  return attrs.kernel.every((n) => n === 1) && attrs.padding.every((n) => n === 0);
}
