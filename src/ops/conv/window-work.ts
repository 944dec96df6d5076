import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import type { Window } from './geometry.ts';

/**
 * How often a portable kernel does what, that goes through the window of every output: outputs, rows
 * of the window, those of them inside the input, their columns, and those inside.
 */
export function windowWork({ attrs, inputs, outputs }: TypedNode<Window>) {
  const [, height = 1, width = 1] = inputs[0]!.shape;
  const [, outHeight = 1, outWidth = 1] = outputs[0]!.shape;
  const count = elements(outputs[0]!);
  const plane = count / (outHeight * outWidth);
  const rowsInside = inside(attrs, 0, height, outHeight);
  const columnsInside = inside(attrs, 1, width, outWidth);
  return {
    outputs: count,
    rows: count * attrs.kernel[0],
    lines: plane * outWidth * rowsInside,
    columns: plane * outWidth * rowsInside * attrs.kernel[1],
    taps: plane * rowsInside * columnsInside,
  };
}

// Taps of all outputs along an axis that lie inside of the input.
function inside(window: Window, axis: 0 | 1, size: number, outputs: number): number {
  const { kernel, stride, dilation, padding } = window;
  let count = 0;
  for (let at = 0; at < outputs; at++) {
    for (let tap = 0; tap < kernel[axis]; tap++) {
      const place = at * stride[axis] - padding[axis] + tap * dilation[axis];
      if (place >= 0 && place < size) count++;
    }
  }
  return count;
}
