import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import { bordered } from './pooling.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { spatialSizes } from './spatial.ts';
import { OnnxValue } from './value.ts';

export const MAX_UNPOOL_READERS: OnnxReaders = { MaxUnpool: readMaxUnpool };

/**
 * Maxima x [n, c, …] put back where a pool found them, among zeros; places count in the whole of the
 * tensor that the pool had. A larger output has more zeros at its ends. Source:
 * onnx/reference/ops/op_max_unpool.py.
 */
function readMaxUnpool(call: OnnxCall): readonly OnnxValue[] {
  const [x, places] = [call.input(0), call.input(1)];
  const sizes = spatialSizes(x);
  const kernel = call.list('kernel_shape') ?? [];
  const strides = call.list('strides') ?? sizes.map(() => 1);
  const pads = call.list('pads') ?? [...sizes, ...sizes].map(() => 0);
  const wanted = call.numbers(2, 'output_shape');
  const before = sizes.map(
    (size, i) => (size - 1) * strides[i]! + kernel[i]! - pads[i]! - pads[i + sizes.length]!,
  );
  const shape = [...x.shape.slice(0, 2), ...before];
  const ends = before.map((size, i) => ({ begin: 0, end: (wanted?.[i + 2] ?? size) - size }));
  if (before.some((size) => !(size >= 1)) || ends.some(({ end }) => !(end >= 0)))
    throw new Unsupported(`its output would be [${(wanted ?? shape).join(',')}]`);
  const m = new Algebra(call.emitter);
  const [count, area] = [product(x.shape), product(shape)];
  const zeros = m.constant(
    m.count(area).map(() => 0),
    [area],
    x.dtype,
  );
  const tensors = [zeros, m.cast(places, 'int32').reshaped([count, 1]), x.reshaped([count])];
  const scattered = m.emit(
    'scatter_nd',
    { reduction: 'none' },
    tensors.map((value) => value.natural()),
  );
  return [bordered(OnnxValue.natural(call.emitter, scattered).reshaped(shape), ends)];
}
