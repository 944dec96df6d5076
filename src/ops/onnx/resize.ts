import { dense } from '../dense/dense.ts';
import { resizeNearest } from '../shape/resize.ts';
import { Unsupported } from '../op.ts';
import { orderOf } from './align.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { picked } from './movement.ts';
import { readResampling, tapsOf } from './resample.ts';
import type { Taps } from './resample.ts';
import { fromPlane, planeOf } from './spatial.ts';
import { matrixOf, vector } from './scalars.ts';
import { naturalOrder, OnnxValue } from './value.ts';

export const RESIZE_READERS: OnnxReaders = { Resize: readResize, Upsample: readResize };

/** Every mode is a table of positions and weights for each axis, one axis after another. */
function readResize(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const how = readResampling(call);
  const { scales, sizes, axes } = extents(call, x);
  if (isWholeEnlargement(call, x, scales)) return [enlarged(call, x, sizes)];
  const regions = call.numbers(1, 'roi') ?? [];
  const isRegion = how.coordinates === 'tf_crop_and_resize';
  return [
    naturalOrder(x.rank).reduce((value, axis) => {
      const place = axes.indexOf(axis);
      const region: [number, number] =
        isRegion && place !== -1 ? [regions[place]!, regions[place + axes.length]!] : [0, 1];
      const described = {
        input: x.shape[axis]!,
        output: sizes[axis]!,
        scale: scales[axis]!,
        region,
      };
      if (described.input === described.output && described.scale === 1 && region.join() === '0,1')
        return value;
      return along(value, axis, tapsOf(described, how));
    }, x),
  ];
}

// Nearest neighbours by whole factors of a plane: every rule of rounding agrees there.
function isWholeEnlargement(call: OnnxCall, x: OnnxValue, scales: readonly number[]): boolean {
  const whole = scales.every((scale, axis) => (axis < 2 ? scale === 1 : Number.isInteger(scale)));
  const plain = ['half_pixel', 'asymmetric', 'half_pixel_symmetric'];
  const { mode, coordinates, rounding } = readResampling(call);
  const floors =
    rounding === 'floor'
      ? coordinates === 'asymmetric'
      : rounding.startsWith('round') && coordinates !== 'asymmetric';
  return whole && x.rank === 4 && mode === 'nearest' && plain.includes(coordinates) && floors;
}

function enlarged(call: OnnxCall, x: OnnxValue, sizes: readonly number[]): OnnxValue {
  const attrs = { height: sizes[2]!, width: sizes[3]!, alignCorners: false, halfPixel: false };
  return fromPlane(call.emitter, call.emitter.emit(resizeNearest, attrs, [planeOf(x)])[0]!, 4);
}

/** Scale and output size of each axis; sizes are rounded down from scales, and scales follow from sizes. */
function extents(call: OnnxCall, x: OnnxValue) {
  const all = naturalOrder(x.rank);
  const axes = (call.list('axes') ?? all).map((axis) => call.axis(axis, x.rank));
  const policy = call.text('keep_aspect_ratio_policy', 'stretch');
  const given = call.list('scales') ?? call.numbers(call.opset < 11 ? 1 : 2, 'scales') ?? [];
  const wanted = given.length > 0 ? [] : (call.numbers(3, 'sizes') ?? []);
  if (given.length + wanted.length !== axes.length)
    throw new Unsupported('its scales or sizes do not fit its axes');
  const ratios = wanted.map((size, i) => size / x.shape[axes[i]!]!);
  const common =
    policy === 'not_larger'
      ? Math.min(...ratios)
      : policy === 'not_smaller'
        ? Math.max(...ratios)
        : undefined;
  const of = (axis: number, otherwise: number, list: readonly number[]) =>
    axes.includes(axis) ? list[axes.indexOf(axis)]! : otherwise;
  const sizes = all.map((axis) => {
    const size = x.shape[axis]!;
    if (given.length > 0) return Math.floor(size * of(axis, 1, given));
    return common === undefined || !axes.includes(axis)
      ? of(axis, size, wanted)
      : Math.floor(common * size + 0.5);
  });
  sizes.forEach((size) => x.emitter.reserve(size));
  const scales = all.map((axis) => {
    if (given.length > 0) return of(axis, 1, given);
    return axes.includes(axis) ? (common ?? sizes[axis]! / x.shape[axis]!) : 1;
  });
  return { scales, sizes, axes };
}

// One axis: entries picked, or a matrix of weights.
function along(x: OnnxValue, axis: number, taps: readonly Taps[]): OnnxValue {
  if (taps.every(({ weights }) => weights.length === 1 && weights[0] === 1))
    return picked(
      x,
      axis,
      taps.map(({ indices }) => indices[0]!),
    );
  const input = x.shape[axis]!;
  x.emitter.reserve(taps.length * input);
  const rows = taps.flatMap(({ indices, weights }) => {
    const row = Array<number>(input).fill(0);
    indices.forEach((index, i) => (row[index]! += weights[i]!));
    return row;
  });
  const { emitter } = x;
  const order = [...orderOf(x).filter((each) => each !== axis), axis];
  const attrs = { activation: 'none', rounding: 'double', keepDims: true } as const;
  const weights = matrixOf(emitter, rows, [taps.length, input]);
  const constants = taps.map(({ constant = 0 }) => constant);
  const bias = constants.some((n) => n !== 0)
    ? vector(emitter, 'outside', constants).natural()
    : undefined;
  const tensor = emitter.emit(dense, attrs, [x.in(order), weights, bias])[0]!;
  const shape = x.shape.map((size, each) => (each === axis ? taps.length : size));
  return new OnnxValue(emitter, shape, order, tensor);
}
