import type { Window } from '../ops/conv/geometry.ts';
import type { Engine } from './engine.ts';

/** Sizes of a plane [y, x, c]. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export function planeOf([, height = 1, width = 1, channels = 1]: readonly number[]): Plane {
  return { height, width, channels };
}

/**
 * What a sliding window sees: for each place of the output, row by row, and each tap of the window the
 * input's pixel, or -1 beyond its border. [places][taps]
 */
export function tapsOf(engine: Engine, window: Window, input: Plane, output: Plane): Int32Array {
  const { kernel, stride, dilation, padding } = window;
  const [rows, columns] = kernel;
  const taps = engine.integers(output.height * output.width * rows * columns);
  let at = 0;
  for (let oy = 0; oy < output.height; oy++)
    for (let ox = 0; ox < output.width; ox++)
      for (let tap = 0; tap < rows * columns; tap++) {
        const y = oy * stride[0] - padding[0] + Math.floor(tap / columns) * dilation[0];
        const x = ox * stride[1] - padding[1] + (tap % columns) * dilation[1];
        const inside = y >= 0 && y < input.height && x >= 0 && x < input.width;
        taps[at++] = inside ? y * input.width + x : -1;
      }
  return taps;
}
