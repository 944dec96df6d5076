import { clamp, roundHalfAway } from '../../support/fixed-point.ts';
import type { ResizeAttrs } from './resize.ts';

const f = Math.fround;

/** Source: reference/resize_nearest_neighbor.h, GetNearestNeighbor. */
export function nearestIndices(
  output: number,
  input: number,
  { alignCorners, halfPixel }: ResizeAttrs,
): number[] {
  const scale = alignCorners && output > 1 ? f((input - 1) / (output - 1)) : f(input / output);
  return Array.from({ length: output }, (_, v) => {
    const position = f(f(v + (halfPixel ? 0.5 : 0)) * scale);
    const index = alignCorners ? roundHalfAway(position) : Math.floor(position);
    return clamp(index, 0, input - 1);
  });
}

/** Position of an output row or column in 1/1024 of the input's: v * scale + offset. */
export function fixedPositions(
  output: number,
  input: number,
  { alignCorners, halfPixel }: ResizeAttrs,
) {
  const scale =
    alignCorners && output > 1
      ? Math.trunc((1024 * (input - 1) + ((output - 1) >> 1)) / (output - 1))
      : Math.trunc((1024 * input + (output >> 1)) / output);
  return { scale, offset: halfPixel ? (scale >> 1) - 512 : 0 };
}

/** Input steps of one output step, in single precision. */
export function floatScale(output: number, input: number, alignCorners: boolean): number {
  return alignCorners && output > 1 ? f((input - 1) / (output - 1)) : f(input / output);
}
