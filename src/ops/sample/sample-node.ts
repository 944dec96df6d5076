import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';

export const SAMPLE_MODES = ['nearest', 'linear', 'cubic'] as const;
export const OUTSIDES = ['zeros', 'border', 'reflection'] as const;
export const POSITIONS = ['pixels', 'centres', 'edges'] as const;

export interface SampleAttrs {
  /** The nearest pixel (the even one of two), or pixels around a position, weighted. */
  readonly mode: (typeof SAMPLE_MODES)[number];
  /** What lies beyond the pixels: zeros, the pixel at the border, or the mirrored tensor. */
  readonly outside: (typeof OUTSIDES)[number];
  /** Positions count pixels, or -1 and 1 are the centres, or the outer edges, of the first and the last one. */
  readonly positions: (typeof POSITIONS)[number];
}

export type SampleNode = TypedNode<SampleAttrs>;

/** Axes that a position may have. */
export const MOST_AXES = 3;

/** Numbers of batches, of points in each, of channels, of taps of a point, and the sizes of the axes. */
export function sizesOf({ attrs, inputs }: SampleNode) {
  const [values, positions] = [inputs[0]!.shape, inputs[1]!.shape];
  const sizes = values.slice(1, -1);
  const along = { nearest: 1, linear: 2, cubic: 4 }[attrs.mode];
  return {
    batches: values[0]!,
    points: product(positions.slice(1, -1)),
    channels: values.at(-1)!,
    taps: along ** sizes.length,
    sizes,
  };
}
