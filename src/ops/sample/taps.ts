import { floorf, roundf } from '../../support/float-functions.ts';
import type { SampleAttrs } from './sample-node.ts';

const f = Math.fround;

/** A pixel that counts, with its weight; undefined: beyond the border, where zeros are. */
export interface Tap {
  readonly pixel: number | undefined;
  readonly weight: number;
}

/**
 * The pixels of an axis around a position, operation by operation as codegen-templates/ops/sample/sample-f32.c.ejs
 * has them. Source: onnx/reference/ops/op_grid_sample.py.
 */
export function tapsAt(at: number, size: number, attrs: SampleAttrs): Tap[] {
  const { mode, outside } = attrs;
  const position = placed(at, size, attrs);
  const first = mode === 'nearest' ? position : floorf(position);
  const weights = weightsOf(f(position - first), mode);
  const before = mode === 'cubic' ? 1 : 0;
  return weights.map((weight, i) => {
    const pixel = Math.trunc(first) - before + i;
    if (pixel >= 0 && pixel < size) return { pixel, weight };
    if (outside === 'zeros') return { pixel: undefined, weight };
    if (outside === 'border') return { pixel: pixel < 0 ? 0 : size - 1, weight };
    return { pixel: Math.trunc(reflected(pixel, size, attrs)), weight };
  });
}

// In pixels, within a few of them of the axis.
function placed(at: number, size: number, attrs: SampleAttrs): number {
  const { mode, outside, positions } = attrs;
  const inPixels =
    positions === 'pixels'
      ? at
      : positions === 'centres'
        ? f(f(f(at + 1) * 0.5) * (size - 1))
        : f(f(f(f(at + 1) * size) - 1) * 0.5);
  const position = mode === 'nearest' ? roundf(inPixels) : inPixels;
  if (outside === 'zeros') return bounded(position, -4, size + 3);
  if (outside === 'border') return bounded(position, 0, size - 1);
  return reflected(bounded(position, -FAR, FAR), size, attrs);
}

/** Beyond it there is no pixel between two floats. */
const FAR = 2 ** 24;

// Whatever is no number is the least one.
function bounded(position: number, low: number, high: number): number {
  if (!(position > low)) return low;
  return position < high ? position : high;
}

// Mirrored at both ends of an axis until it lies within.
function reflected(position: number, size: number, { positions }: SampleAttrs): number {
  const half = positions === 'edges' ? 0.5 : 0;
  const [low, high] = [-half, f(f(size - 1) + half)];
  const range = f(high - low);
  if (position >= low && position <= high) return position;
  if (range === 0) return low;
  const below = position < low;
  const beyond = below ? f(low - position) : f(position - high);
  const turns = Math.trunc(f(beyond / range));
  const rest = f(beyond - f(turns * range));
  return (turns % 2 === 0) === below ? f(low + rest) : f(high - rest);
}

/** Source: R. Keys, Cubic convolution interpolation for digital image processing, 1981, with a = -3/4. */
function weightsOf(t: number, mode: SampleAttrs['mode']): number[] {
  if (mode === 'nearest') return [1];
  const back = f(1 - t);
  if (mode === 'linear') return [back, t];
  return [outer(f(t + 1)), inner(t), inner(back), outer(f(back + 1))];
}

function inner(x: number): number {
  return f(f(f(f(f(1.25 * x) - 2.25) * x) * x) + 1);
}

function outer(x: number): number {
  return f(f(f(f(f(f(-0.75 * x) + 3.75) * x) - 6) * x) + 3);
}
