import { Unsupported } from '../op.ts';
import type { OnnxCall } from './call.ts';

/** Where an output position lies on an axis of the input, and what reads there. */
export interface Taps {
  readonly indices: readonly number[];
  readonly weights: readonly number[];
  /** What is added: the value beyond the input. */
  readonly constant?: number;
}

/** How positions of one axis are computed. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** For tf_crop_and_resize: begin and end as shares of the axis. */
  readonly region: readonly [number, number];
}

const MODES = ['nearest', 'linear', 'cubic'] as const;
const COORDINATES = [
  ...['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'],
  ...['half_pixel_symmetric', 'tf_crop_and_resize'],
] as const;

/** What a call says of all axes. Source: onnx/reference/ops/op_resize.py. */
export interface Resampling {
  readonly mode: (typeof MODES)[number];
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubic: number;
  readonly excludesOutside: boolean;
  readonly antialias: boolean;
  readonly outside: number;
}

export function readResampling(call: OnnxCall): Resampling {
  const old = call.opset < 11;
  return {
    mode: call.choice('mode', MODES, 'nearest'),
    coordinates: old
      ? 'asymmetric'
      : call.choice('coordinate_transformation_mode', COORDINATES, 'half_pixel'),
    rounding: old ? 'floor' : call.text('nearest_mode', 'round_prefer_floor'),
    cubic: call.number('cubic_coeff_a', -0.75),
    excludesOutside: call.number('exclude_outside', 0) !== 0,
    antialias: call.number('antialias', 0) !== 0,
    outside: call.number('extrapolation_value', 0),
  };
}

/** For each output position of an axis, the input positions it reads, and their weights. */
export function tapsOf(axis: Axis, how: Resampling): Taps[] {
  return Array.from({ length: axis.output }, (_, to) => {
    const at = position(to, axis, how.coordinates);
    if (how.coordinates === 'tf_crop_and_resize' && (at < 0 || at > axis.input - 1)) {
      return { indices: [0], weights: [0], constant: how.outside };
    }
    if (how.mode === 'nearest') return { indices: [inside(nearest(at, how), axis)], weights: [1] };
    return inAxis(at, axis, how);
  });
}

function position(to: number, { input, output, scale, region }: Axis, coordinates: string): number {
  switch (coordinates) {
    case 'asymmetric':
      return to / scale;
    case 'align_corners':
      return output === 1 ? 0 : (to * (input - 1)) / (input * scale - 1);
    case 'pytorch_half_pixel':
      return output === 1 ? -0.5 : (to + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = output / (input * scale);
      const centre = input / 2;
      return centre * (1 - adjustment) + (to + 0.5) / scale - 0.5;
    }
    case 'tf_crop_and_resize': {
      const [begin, end] = region;
      if (output === 1) return 0.5 * (begin + end) * (input - 1);
      return begin * (input - 1) + (to * (end - begin) * (input - 1)) / (output - 1);
    }
    default:
      return (to + 0.5) / scale - 0.5;
  }
}

function nearest(at: number, { rounding }: Resampling): number {
  switch (rounding) {
    case 'floor':
      return Math.floor(at);
    case 'ceil':
      return Math.ceil(at);
    case 'round_prefer_ceil':
      return Math.floor(at + 0.5);
    case 'round_prefer_floor':
      return Math.ceil(at - 0.5);
    default:
      throw new Unsupported(`its nearest_mode is "${rounding}"`);
  }
}

function inside(index: number, { input }: Axis): number {
  return Math.min(Math.max(index, 0), input - 1);
}

// The kernel of a mode around a position; with antialias as wide as an output step is in the input.
function inAxis(at: number, axis: Axis, how: Resampling): Taps {
  const stretch = how.antialias ? Math.min(axis.scale, 1) : 1;
  const reach = (how.mode === 'linear' ? 1 : 2) / stretch;
  const kernel = how.mode === 'linear' ? triangle : (x: number) => keys(x, how.cubic);
  const taps = new Map<number, number>();
  let total = 0;
  for (let index = Math.ceil(at - reach); index <= Math.floor(at + reach); index++) {
    const outside = index < 0 || index >= axis.input;
    if (outside && how.excludesOutside) continue;
    const weight = kernel((index - at) * stretch);
    const place = inside(index, axis);
    taps.set(place, (taps.get(place) ?? 0) + weight);
    total += weight;
  }
  return { indices: [...taps.keys()], weights: [...taps.values()].map((weight) => weight / total) };
}

function triangle(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

/** Source: R. Keys, Cubic convolution interpolation for digital image processing, 1981, equation 15. */
function keys(x: number, a: number): number {
  const s = Math.abs(x);
  if (s <= 1) return ((a + 2) * s - (a + 3)) * s * s + 1;
  return s < 2 ? ((a * s - 5 * a) * s + 8 * a) * s - 4 * a : 0;
}
