import { averagePool } from '../pool/pool.ts';
import { mean } from '../reduce/mean.ts';
import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { maximaWithPlaces } from './max-places.ts';
import { bordered, maxima, pooled } from './pooling.ts';
import type { OnnxValue } from './value.ts';
import { fromPlane, planeOf, readSlides, spatialSizes } from './spatial.ts';
import type { Slide } from './spatial.ts';

export const POOL_READERS: OnnxReaders = {
  MaxPool: readMaxPool,
  AveragePool: readAveragePool,
  LpPool: readLpPool,
  GlobalAveragePool: readGlobalAverage,
  GlobalMaxPool: readGlobalMax,
};

function readMaxPool(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const slides = poolSlides(call, x);
  const columnsFirst = call.number('storage_order', 0) !== 0;
  if (call.wanted[1]) return maximaWithPlaces(x, slides, columnsFirst);
  const m = new Algebra(call.emitter);
  // Whole numbers without a scale are as exact in floats.
  const bare = x.dtype === 'uint8' && x.quant === undefined;
  return [m.cast(maxima(bare ? m.cast(x, 'float32') : x, slides), x.dtype)];
}

/** Padding that counts in the average is a border of zeros; what rounding sizes up adds never counts. */
function readAveragePool(call: OnnxCall): readonly OnnxValue[] {
  return [averageOf(call, call.input(0))];
}

/** The average that a call's attributes describe. */
export function averageOf(call: OnnxCall, x: OnnxValue): OnnxValue {
  const slides = poolSlides(call, x);
  if (call.number('count_include_pad', 0) === 0) return pooled(averagePool, x, slides);
  const declared = declaredEnds(call, slides);
  const wide = bordered(
    x,
    slides.map(({ begin }, i) => ({ begin, end: declared[i]! })),
  );
  const rest = slides.map((slide, i) => ({ ...slide, begin: 0, end: slide.end - declared[i]! }));
  return pooled(averagePool, wide, rest);
}

/** (sum of |x|^p)^(1/p) over windows: an average of windows that are full, as zeros do no harm. */
function readLpPool(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  const p = call.number('p', 2);
  if (!(p >= 1)) throw new Unsupported(`its p is ${p}`);
  const slides = poolSlides(call, x);
  const size = m.map('abs', x);
  const powers = p === 1 ? size : p === 2 ? m.square(x) : m.combine('pow', size, p);
  const full = slides.map((slide) => ({ ...slide, begin: 0, end: 0 }));
  const averages = pooled(averagePool, bordered(powers, slides), full);
  const sums = m.mul(averages, product(slides.map(({ kernel }) => kernel)));
  return [p === 1 ? sums : p === 2 ? m.sqrt(sums) : m.combine('pow', sums, 1 / p)];
}

function poolSlides(call: OnnxCall, x: OnnxValue): Slide[] {
  const kernel = call.list('kernel_shape');
  if (!kernel) throw new Unsupported('it has no kernel_shape');
  if (kernel.some((n) => !(n >= 1 && n <= 4096)))
    throw new Unsupported(`its kernel_shape is ${kernel.join(', ')}`);
  return readSlides(call, spatialSizes(x), kernel);
}

// The paddings at the ends that the model asks for, without what ceil_mode adds.
function declaredEnds(call: OnnxCall, slides: readonly Slide[]): readonly number[] {
  if (call.text('auto_pad', 'NOTSET') !== 'NOTSET') return slides.map(({ end }) => end);
  return call.list('pads')?.slice(slides.length) ?? slides.map(() => 0);
}

/** Source: the mean over all spatial axes, whatever their number. */
function readGlobalAverage(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const output = call.emitter.emit(mean, { axes: [1, 2], keepDims: true, rounding: 'double' }, [
    planeOf(flattened(x)),
  ]);
  return [spatialOnes(fromPlane(call.emitter, output[0]!, Math.min(x.rank, 4)), x)];
}

function readGlobalMax(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const plane = flattened(x);
  const slides = plane.shape.slice(2).map((kernel) => ({
    ...{ kernel, stride: 1, dilation: 1, begin: 0, end: 0 },
  }));
  return [spatialOnes(maxima(plane, slides), x)];
}

// A volume as a plane: its first two spatial axes become one.
function flattened(x: OnnxValue): OnnxValue {
  spatialSizes(x);
  if (x.rank < 5) return x;
  const [batch = 1, channels = 1, depth = 1, height = 1, width = 1] = x.shape;
  return x.reshaped([batch, channels, depth * height, width]);
}

function spatialOnes(value: OnnxValue, { shape }: OnnxValue): OnnxValue {
  return value.reshaped([...shape.slice(0, 2), ...shape.slice(2).map(() => 1)]);
}
