import type { TensorId } from '../../ir/types.ts';
import { reshape } from '../shape/reshape.ts';
import type { Window } from '../conv/geometry.ts';
import { Unsupported } from '../op.ts';
import type { OnnxCall } from './call.ts';
import type { Emitter } from './emitter.ts';
import { OnnxValue } from './value.ts';

/** One axis of a sliding window. */
export interface Slide {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
}

/** Throws Unsupported unless a value is [n, c, x], [n, c, y, x] or [n, c, z, y, x]; gives its spatial sizes. */
export function spatialSizes(value: OnnxValue): readonly number[] {
  if (value.rank >= 3 && value.rank <= 5) return value.shape.slice(2);
  throw new Unsupported(
    `its input has ${value.rank} dimensions; it slides over one, two or three of them`,
  );
}

/** Axes of a value [n, c, …] with the channels last, as the kernels have them. */
export function channelsLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1];
}

/** The tensor [n, y, x, c] of a value [n, c, y, x], or [n, 1, x, c] of a value [n, c, x]. */
export function planeOf(value: OnnxValue): TensorId {
  if (value.rank === 4) return value.in([0, 2, 3, 1]);
  if (value.rank !== 3)
    throw new Unsupported(`its input has ${value.rank} dimensions; it works on planes and lines`);
  const line = value.in([0, 2, 1]);
  const [batch = 1, channels = 1, width = 1] = value.shape;
  return value.emitter.emit(reshape, { shape: [batch, 1, width, channels] }, [line])[0]!;
}

/** The value [n, c, y, x] of a tensor [n, y, x, c], or [n, c, x] where `rank` is 3. */
export function fromPlane(emitter: Emitter, tensor: TensorId, rank: number): OnnxValue {
  const [batch = 1, height = 1, width = 1, channels = 1] = emitter.tensor(tensor).shape;
  if (rank === 4) {
    return new OnnxValue(emitter, [batch, channels, height, width], [0, 2, 3, 1], tensor);
  }
  const line = emitter.emit(reshape, { shape: [batch, width, channels] }, [tensor])[0]!;
  return new OnnxValue(emitter, [batch, channels, width], [0, 2, 1], line);
}

/** An axis along which nothing slides. */
export const STILL: Slide = { kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0 };

/** The window that slides along one axis or two; one becomes two, the first of size 1. */
export function windowOf(slides: readonly Slide[]): Window {
  const [y, x] = slides.length === 1 ? [STILL, slides[0]!] : [slides[0]!, slides[1]!];
  return {
    kernel: [y.kernel, x.kernel],
    stride: [y.stride, x.stride],
    dilation: [y.dilation, x.dilation],
    padding: [y.begin, x.begin, y.end, x.end],
  };
}

/** How the window that a call's attributes describe goes along each of the spatial axes. */
export function readSlides(
  call: OnnxCall,
  sizes: readonly number[],
  kernelSizes: readonly number[],
): Slide[] {
  const each = (name: string) => {
    const list = call.list(name) ?? sizes.map(() => 1);
    if (list.length !== sizes.length || list.some((n) => !(n >= 1 && n <= 4096)))
      throw new Unsupported(`its ${name} are ${list.join(', ')}`);
    return list;
  };
  const given = call.list('kernel_shape') ?? kernelSizes;
  if (given.join() !== kernelSizes.join())
    throw new Unsupported(
      `its kernel_shape is [${given.join(',')}], its weights have [${kernelSizes.join(',')}]`,
    );
  const [strides, dilations] = [each('strides'), each('dilations')];
  const pads = call.list('pads') ?? [...sizes, ...sizes].map(() => 0);
  if (pads.length !== 2 * sizes.length || pads.some((n) => !(n >= 0)))
    throw new Unsupported(`its pads are ${pads.join(', ')}`);
  const auto = call.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET');
  const ceil = call.number('ceil_mode', 0) !== 0;
  return sizes.map((size, axis) => {
    const slide = {
      kernel: kernelSizes[axis]!,
      stride: strides[axis]!,
      dilation: dilations[axis]!,
    };
    const reach = (slide.kernel - 1) * slide.dilation + 1;
    if (auto === 'VALID') return { ...slide, begin: 0, end: 0 };
    if (auto !== 'NOTSET') return { ...slide, ...samePads(size, slide.stride, reach, auto) };
    const [begin, end] = [pads[axis]!, pads[axis + sizes.length]!];
    return {
      ...slide,
      begin,
      end: ceil ? end + ceilRoom(size, begin, end, slide.stride, reach) : end,
    };
  });
}

// The odd pixel goes to the end (SAME_UPPER) or to the beginning.
function samePads(size: number, stride: number, reach: number, auto: string) {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  const [less, more] = [total >> 1, total - (total >> 1)];
  return auto === 'SAME_UPPER' ? { begin: less, end: more } : { begin: more, end: less };
}

// What the last window lacks when sizes are rounded up; none where it would begin beyond the input and its left padding.
function ceilRoom(size: number, begin: number, end: number, stride: number, reach: number): number {
  const steps = Math.ceil((size + begin + end - reach) / stride);
  const last = steps * stride >= size + begin ? steps - 1 : steps;
  return Math.max(0, last * stride + reach - (size + begin + end));
}
