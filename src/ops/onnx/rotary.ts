import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import type { OnnxValue } from './value.ts';

export const ROTARY_READERS: OnnxReaders = { RotaryEmbedding: readRotary };

/**
 * Pairs of numbers, halves apart or side by side, turned by an angle for each place. Source:
 * onnx/defs/nn/defs.cc, RotaryEmbedding, its function body.
 */
function readRotary(call: OnnxCall): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const x = call.input(0);
  const heads = call.number('num_heads', 0);
  const [batch = 1, length = 1, width = 1] = x.shape;
  // [batch, length, heads, size]
  const split =
    x.rank === 4 ? x.transposed([0, 2, 1, 3]) : x.reshaped([batch, length, heads, width / heads]);
  const size = split.shape[3]!;
  const turned = call.number('rotary_embedding_dim', 0) || size;
  const half = turned / 2;
  const places = call.inputs[3];
  const angles = [1, 2].map((i) => {
    const cache = call.input(i);
    const rows = places ? m.gather(cache, places, 0, cache.shape[0]!) : cache;
    if (rows.rank !== 3) throw new Unsupported('its caches are not [batch, length, half]');
    const fitted = cut(rows, [{ axis: 2, start: 0, step: 1, count: half }]);
    return fitted.reshaped([rows.shape[0]!, rows.shape[1]!, 1, half]);
  });
  const [cos, sin] = [angles[0]!, angles[1]!];
  const along = (start: number, step: number, count: number) =>
    cut(split, [{ axis: 3, start, step, count }]);
  const interleaved = call.number('interleaved', 0) !== 0;
  const [a, b] = interleaved
    ? [along(0, 2, half), along(1, 2, half)]
    : [along(0, 1, half), along(half, 1, half)];
  const real = m.sub(m.mul(cos, a), m.mul(sin, b));
  const imaginary = m.add(m.mul(sin, a), m.mul(cos, b));
  const pair = (v: OnnxValue) => v.reshaped([...v.shape, 1]);
  const joined = interleaved
    ? m.concat([pair(real), pair(imaginary)], 4).reshaped([...real.shape.slice(0, 3), turned])
    : m.concat([real, imaginary], 3);
  const whole = turned === size ? joined : m.concat([joined, along(turned, 1, size - turned)], 3);
  return [x.rank === 4 ? whole.transposed([0, 2, 1, 3]) : whole.reshaped(x.shape)];
}
