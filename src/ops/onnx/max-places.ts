import { product } from '../../support/bytes.ts';
import { Algebra } from './algebra.ts';
import { strides } from '../shape/strided.ts';
import type { Slide } from './spatial.ts';
import { OnnxValue } from './value.ts';

/**
 * Maxima of windows over x [n, c, …], and where in the whole of x each first of them lies, counted with
 * the rows or the columns of a plane one after another: elements of windows are gathered, as nothing
 * else tells them apart.
 */
export function maximaWithPlaces(
  x: OnnxValue,
  slides: readonly Slide[],
  columnsFirst: boolean,
): readonly OnnxValue[] {
  const m = new Algebra(x.emitter);
  const [batch = 1, channels = 1, ...sizes] = x.shape;
  const [planes, area] = [batch * channels, product(sizes)];
  const { outputs, taps } = windows(x, slides);
  const count = product(outputs);
  const width = taps.length / count;
  const gathered = m.gather(
    x.reshaped([planes, area]),
    m.constant(taps, [count * width], 'int32'),
    1,
    area,
  );
  const rows = gathered.reshaped([planes * count, width]);
  const maxima = m.reduce('reduce_max', rows, [1]);
  const first = m.emit('arg_max', { axis: 1 }, [rows.natural()], [{ dtype: 'int32' }]);
  const begins = m.count(count).map((at) => at * width);
  const within = m.add(
    OnnxValue.natural(x.emitter, first).reshaped([planes, count]),
    m.constant(begins, [1, count], 'int32'),
  );
  const places = columnsFirst ? taps.map((tap) => transposedPlace(tap, sizes)) : taps;
  const table = m.constant(places, [places.length], 'int32');
  const inPlane = m.gather(table, within, 0, places.length);
  const starts = m.count(planes).map((plane) => plane * area);
  const whole = m.add(inPlane, m.constant(starts, [planes, 1], 'int32'));
  const shape = [batch, channels, ...outputs];
  return [maxima.reshaped(shape), m.cast(whole, 'int64').reshaped(shape)];
}

// For each window the places of its elements in a plane; those beyond it are its first one again.
function windows(x: OnnxValue, slides: readonly Slide[]) {
  const sizes = x.shape.slice(2);
  const steps = strides(sizes);
  const along = slides.map((slide, axis) => {
    const { kernel, stride, dilation, begin, end } = slide;
    const reach = (kernel - 1) * dilation + 1;
    const count = Math.max(0, Math.floor((sizes[axis]! + begin + end - reach) / stride) + 1);
    x.emitter.reserve(count * kernel);
    return Array.from({ length: count }, (_, at) => {
      const first = at * stride - begin;
      return Array.from({ length: kernel }, (_, tap) => first + tap * dilation);
    });
  });
  const outputs = along.map(({ length }) => length);
  const width = product(slides.map(({ kernel }) => kernel));
  x.emitter.reserve(product(outputs) * width);
  const taps = combinations(along).flatMap((window) => {
    const places = combinations(window).map((place) =>
      place.every((at, axis) => at >= 0 && at < sizes[axis]!)
        ? place.reduce((sum, at, axis) => sum + at * steps[axis]!, 0)
        : undefined,
    );
    const [inside] = places.filter((place) => place !== undefined);
    return places.map((place) => place ?? inside ?? 0);
  });
  return { outputs, taps };
}

// One of each list, in every way, the last list first.
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (made, list) => made.flatMap((before) => list.map((item) => [...before, item])),
    [[]],
  );
}

// The place of an element where the columns of a tensor come one after another.
function transposedPlace(place: number, sizes: readonly number[]): number {
  const steps = strides(sizes);
  let [sum, run] = [0, 1];
  sizes.forEach((size, axis) => {
    sum += (Math.floor(place / steps[axis]!) % size) * run;
    run *= size;
  });
  return sum;
}
