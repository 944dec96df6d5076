import { averagePool, maxPool } from '../pool/pool.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import { pooled } from './pooling.ts';
import { sampled } from './sampling.ts';
import type { OnnxValue } from './value.ts';

export const ROI_READERS: OnnxReaders = { RoiAlign: readRoiAlign };

/** Where a position stands that is too far out: nothing is there. */
const NOWHERE = -10;

/** Samples along an axis of each region: in pixels within the image, and which of them are outside. */
interface Along {
  /** [regions, samples] */
  readonly at: OnnxValue;
  readonly outside: OnnxValue;
  readonly pixels: number;
}

/**
 * x [n, c, y, x], regions [r, 4] of x, y, x, y, batches [r] -> [r, c, y, x]: averages or maxima of samples
 * in each region's bins. Source: onnx/reference/ops/op_roi_align.py.
 */
function readRoiAlign(call: OnnxCall): readonly OnnxValue[] {
  const [x, regions, batches] = [call.input(0), call.input(1), call.input(2)];
  if (x.rank !== 4 || regions.rank !== 2 || regions.shape[1] !== 4)
    throw new Unsupported(`its regions are [${regions.shape.join(',')}]`);
  const m = new Algebra(call.emitter);
  const ratio = call.number('sampling_ratio', 0);
  if (!(ratio >= 1))
    throw new Unsupported(
      'its number of samples hangs on the size of a region',
      'export the model with a sampling_ratio',
    );
  const modes = ['half_pixel', 'output_half_pixel'] as const;
  const otherwise = call.opset < 16 ? 'output_half_pixel' : 'half_pixel';
  const half = call.choice('coordinate_transformation_mode', modes, otherwise) === 'half_pixel';
  const scaled = m.mul(regions, call.number('spatial_scale', 1));
  const corners = half ? m.sub(scaled, 0.5) : scaled;
  const along = (column: number, name: string, pixels: number): Along => {
    const bins = call.number(name, 1);
    const [begin, end] = [column, column + 2].map((start) =>
      cut(corners, [{ axis: 1, start, step: 1, count: 1 }]),
    );
    const length = m.sub(end!, begin!);
    // Without the half pixel a region is one pixel wide at least.
    const bin = m.div(half ? length : m.max(length, 1), bins);
    const steps = m.count(bins * ratio).map((i) => (i + 0.5) / ratio);
    const at = m.add(begin!, m.mul(bin, m.constant(steps, [1, steps.length])));
    const outside = m.combine('logical_or', m.less(at, -1), m.less(pixels, at), 'bool');
    return { at: m.min(m.max(at, 0), pixels - 1), outside, pixels };
  };
  const [across, down] = [
    along(0, 'output_width', x.shape[3]!),
    along(1, 'output_height', x.shape[2]!),
  ];
  const place = placer(m, x, batches);
  const samples =
    call.choice('mode', ['avg', 'max'], 'avg') === 'avg'
      ? place('linear', nowhere(m, across), nowhere(m, down))
      : largestShares(m, across, down, place);
  const slides = [0, 1].map(() => ({
    kernel: ratio,
    stride: ratio,
    dilation: 1,
    begin: 0,
    end: 0,
  }));
  const pool = call.text('mode', 'avg') === 'avg' ? averagePool : maxPool;
  return [pooled(pool, samples, slides)];
}

function nowhere(m: Algebra, { at, outside }: Along): OnnxValue {
  return m.select(outside, NOWHERE, at);
}

type Place = (mode: 'linear' | 'nearest', across: OnnxValue, down: OnnxValue) => OnnxValue;

/** Gives the values [r, c, y, x] of x at positions [r, x] and [r, y], in the image that each region names. */
function placer(m: Algebra, x: OnnxValue, batches: OnnxValue): Place {
  const [images = 1, channels = 1, height = 1, width = 1] = x.shape;
  const stack = x.transposed([1, 0, 2, 3]).reshaped([1, channels, images, height, width]);
  return (mode, across, down) => {
    const [count = 1, columns = 1] = across.shape;
    const rows = down.shape[1]!;
    const zeros = m.constant(
      m.count(rows * columns).map(() => 0),
      [1, rows, columns, 1],
    );
    const parts = [
      m.add(across.reshaped([count, 1, columns, 1]), zeros),
      m.add(down.reshaped([count, rows, 1, 1]), zeros),
    ];
    if (images > 1) parts.push(m.add(m.cast(batches, 'float32').reshaped([count, 1, 1, 1]), zeros));
    const points = m.concat(parts, 3).reshaped([1, count, rows, columns, parts.length]);
    const attrs = { mode, outside: 'zeros', positions: 'pixels' } as const;
    const values = sampled(images > 1 ? stack : x, points, attrs);
    return values.transposed([0, 2, 1, 3, 4]).reshaped([count, channels, rows, columns]);
  };
}

/** The largest of the four shares that pixels around a sample have in it. */
function largestShares(m: Algebra, across: Along, down: Along, place: Place): OnnxValue {
  const [left, right] = neighbours(m, across);
  const [above, below] = neighbours(m, down);
  const shares = [above, below].flatMap((y) =>
    [left, right].map((x) => {
      const [count = 1, columns = 1] = x.weight.shape;
      const weights = m.mul(
        y.weight.reshaped([count, 1, y.weight.shape[1]!, 1]),
        x.weight.reshaped([count, 1, 1, columns]),
      );
      return m.mul(place('nearest', x.at, y.at), weights);
    }),
  );
  return shares.reduce((most, share) => m.max(most, share));
}

function neighbours(m: Algebra, { at, outside, pixels }: Along) {
  const first = m.map('floor', at);
  const part = m.sub(at, first);
  const inside = (weight: OnnxValue) => m.select(outside, 0, weight);
  return [
    { at: first, weight: inside(m.sub(1, part)) },
    { at: m.min(m.add(first, 1), pixels - 1), weight: inside(part) },
  ] as const;
}
