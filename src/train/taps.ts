import type { Window } from '../ops/conv/geometry.ts';

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
export function tapsOf(window: Window, input: Plane, output: Plane): Int32Array {
  const { kernel, stride, dilation, padding } = window;
  const [rows, columns] = kernel;
  const taps = new Int32Array(output.height * output.width * rows * columns);
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

/** Copies the pixels that taps name, zeros beyond the border: a line of a convolution's matrix for each place. */
export function gather(
  taps: Int32Array,
  channels: number,
  from: Float32Array,
  to: Float32Array,
): void {
  if (channels === 1) {
    for (let i = 0; i < taps.length; i++) to[i] = taps[i]! < 0 ? 0 : from[taps[i]!]!;
    return;
  }
  for (let i = 0, at = 0; i < taps.length; i++, at += channels) {
    const pixel = taps[i]!;
    if (pixel < 0) to.fill(0, at, at + channels);
    else for (let c = 0, x = pixel * channels; c < channels; c++) to[at + c] = from[x + c]!;
  }
}

/** The inverse for gradients: adds each copy's to the pixel that it was copied from. */
export function scatter(
  taps: Int32Array,
  channels: number,
  from: Float32Array,
  to: Float32Array,
): void {
  for (let i = 0, at = 0; i < taps.length; i++, at += channels) {
    const pixel = taps[i]!;
    if (pixel >= 0)
      for (let c = 0, x = pixel * channels; c < channels; c++) to[x + c]! += from[at + c]!;
  }
}
