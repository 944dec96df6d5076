import { maxPool } from '../pool/pool.ts';
import type { PoolAttrs } from '../pool/pool.ts';
import type { Op } from '../op.ts';
import { pad } from '../shape/pad.ts';
import { reshape } from '../shape/reshape.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import { cut } from './movement.ts';
import { channelsLast, fromPlane, planeOf, STILL, windowOf } from './spatial.ts';
import type { Slide } from './spatial.ts';
import { OnnxValue } from './value.ts';

const PLAIN = { activation: 'none', rounding: 'double' } as const;

/**
 * A pool over x [n, c, …] along one, two or three axes. Along the first of three it goes alone, over the
 * results of the others: the maximum of maxima, and the average of averages of as many elements each.
 */
export function pooled(pool: Op<PoolAttrs>, x: OnnxValue, slides: readonly Slide[]): OnnxValue {
  const { emitter } = x;
  if (slides.length < 3) {
    const output = emitter.emit(pool, { ...windowOf(slides), ...PLAIN }, [planeOf(x)])[0]!;
    return fromPlane(emitter, output, x.rank);
  }
  if (x.dtype !== 'float32' && pool.name !== 'max_pool')
    throw new Unsupported(`it averages volumes of ${x.dtype}`);
  const [along, ...across] = slides;
  const [batch = 1, channels = 1, depth = 1, height = 1, width = 1] = x.shape;
  const resized = (tensor: number, shape: readonly number[]) =>
    emitter.emit(reshape, { shape }, [tensor])[0]!;
  const planes = resized(x.in(channelsLast(5)), [batch * depth, height, width, channels]);
  const inner = emitter.emit(pool, { ...windowOf(across), ...PLAIN }, [planes])[0]!;
  const [, rows = 1, columns = 1] = emitter.tensor(inner).shape;
  const lines = resized(inner, [batch, depth, rows * columns, channels]);
  const outer = emitter.emit(pool, { ...windowOf([along!, STILL]), ...PLAIN }, [lines])[0]!;
  const count = emitter.tensor(outer).shape[1]!;
  const volume = resized(outer, [batch, count, rows, columns, channels]);
  return new OnnxValue(emitter, [batch, channels, count, rows, columns], channelsLast(5), volume);
}

/** Maxima of windows; where the kernels of pools cannot count so far, of slices of the whole, along one axis after another. */
export function maxima(x: OnnxValue, slides: readonly Slide[]): OnnxValue {
  if (x.shape.every((size) => size < 2 ** 15)) return pooled(maxPool, x, slides);
  const m = new Algebra(x.emitter);
  return slides.reduce((value, { kernel, stride, dilation, begin, end }, i) => {
    const ends = slides.map((_, other) => (other === i ? { begin, end } : { begin: 0, end: 0 }));
    const wide = bordered(value, ends, -Infinity);
    const count = Math.floor((wide.shape[i + 2]! - (kernel - 1) * dilation - 1) / stride) + 1;
    const part = (tap: number) =>
      cut(wide, [{ axis: i + 2, start: tap * dilation, step: stride, count }]);
    // One slice after another: as few as can be are there at once.
    let most = part(0);
    for (let tap = 1; tap < kernel; tap++) most = m.max(most, part(tap));
    return most;
  }, x);
}

/** A value [n, c, …] with zeros, or another number, around it along its spatial axes. */
export function bordered(
  x: OnnxValue,
  ends: readonly Pick<Slide, 'begin' | 'end'>[],
  value = 0,
): OnnxValue {
  if (ends.every(({ begin, end }) => begin + end === 0)) return x;
  const before = [0, ...ends.map(({ begin }) => begin), 0];
  const after = [0, ...ends.map(({ end }) => end), 0];
  const order = channelsLast(x.rank);
  const tensor = x.emitter.emit(pad, { before, after, ...(value !== 0 && { value }) }, [
    x.in(order),
  ])[0]!;
  const shape = x.shape.map((size, axis) => {
    const { begin = 0, end = 0 } = ends[axis - 2] ?? {};
    return size + begin + end;
  });
  return new OnnxValue(x.emitter, shape, order, tensor);
}
