import { Unsupported } from '../op.ts';
import { sample } from '../sample/sample.ts';
import type { SampleAttrs } from '../sample/sample-node.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { channelsLast, spatialSizes } from './spatial.ts';
import { OnnxValue } from './value.ts';

/** Values between pixels, and grids of positions. */
export const SAMPLING_READERS: OnnxReaders = { GridSample: readGridSample, AffineGrid: readAffine };

const MODES = ['bilinear', 'linear', 'nearest', 'bicubic', 'cubic'] as const;

/** x [n, c, …], grid [n, points…, axes] -> [n, c, points…]. */
function readGridSample(call: OnnxCall): readonly OnnxValue[] {
  const [x, grid] = [call.input(0), call.input(1)];
  spatialSizes(x);
  const mode = call.choice('mode', MODES, 'bilinear');
  const attrs = {
    mode: mode === 'nearest' ? mode : mode.endsWith('linear') ? 'linear' : 'cubic',
    outside: call.choice('padding_mode', ['zeros', 'border', 'reflection'], 'zeros'),
    positions: call.number('align_corners', 0) === 0 ? 'edges' : 'centres',
  } as const;
  return [sampled(x, grid, attrs)];
}

/** The values [n, c, points…] of x [n, c, …] at positions [n, points…, axes], that along the last axis first. */
export function sampled(x: OnnxValue, positions: OnnxValue, attrs: SampleAttrs): OnnxValue {
  const { emitter } = x;
  const tensors = [x.in(channelsLast(x.rank)), positions.natural()];
  const output = emitter.emit(sample, attrs, tensors)[0]!;
  const [batch = 1, ...points] = positions.shape.slice(0, -1);
  const shape = [batch, x.shape[1]!, ...points];
  return new OnnxValue(emitter, shape, channelsLast(shape.length), output);
}

/** theta [n, axes, axes + 1] -> positions [n, …, axes]: each pixel's own, transformed. */
function readAffine(call: OnnxCall): readonly OnnxValue[] {
  const theta = call.input(0);
  const [batch = 1, , ...sizes] = call.numbers(1, 'size') ?? [];
  const axes = sizes.length;
  if (axes < 2 || axes > 3 || theta.shape.join() !== [batch, axes, axes + 1].join())
    throw new Unsupported(`its theta is [${theta.shape.join(',')}] for ${sizes.join('x')} pixels`);
  const centres = call.number('align_corners', 0) !== 0;
  const count = sizes.reduce((a, b) => a * b, 1);
  const m = new Algebra(call.emitter);
  const pixels = m.count(count).map((place) => {
    let rest = place;
    const backwards = [...sizes].reverse().map((size) => {
      const at = rest % size;
      rest = Math.floor(rest / size);
      if (!centres) return (2 * at + 1) / size - 1;
      // The one pixel of an axis lies in its middle.
      return size === 1 ? 0 : (2 * at) / (size - 1) - 1;
    });
    return [...backwards, 1];
  });
  call.emitter.reserve(count * axes);
  const base = m.constant(pixels.flat(), [count, axes + 1]);
  return [m.matmul(base, theta.transposed([0, 2, 1])).reshaped([batch, ...sizes, axes])];
}
