import { averagePool } from '../pool/pool.ts';
import { pad } from '../shape/pad.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { channelsLast } from './spatial.ts';
import { OnnxValue } from './value.ts';

export const LOCAL_RESPONSE_READERS: OnnxReaders = { LRN: readLocalResponse };

/** x / (bias + alpha * mean of squares of neighbouring channels)^beta; what lies beyond the channels counts as 0. */
function readLocalResponse(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  if (x.rank < 3) throw new Unsupported(`its input has ${x.rank} dimensions`);
  const m = new Algebra(call.emitter);
  const size = call.number('size', NaN);
  if (!(size >= 1)) throw new Unsupported(`its size is ${size}`);
  const alpha = call.number('alpha', 1e-4);
  const beta = call.number('beta', 0.75);
  const means = channelMeans(m.square(x), size);
  const base = m.add(m.mul(means, alpha), call.number('bias', 1));
  return [m.div(x, m.combine('pow', base, beta))];
}

// Means over windows of channels: a pool along the last axis of [rows, columns, channels, 1].
function channelMeans(x: OnnxValue, size: number): OnnxValue {
  const { emitter } = x;
  const order = channelsLast(x.rank);
  const channels = x.shape[1]!;
  const before = (size - 1) >> 1;
  const lines = OnnxValue.natural(emitter, x.in(order));
  const columns = lines.shape.at(-2)!;
  const wide = emitter.emit(
    pad,
    { before: [0, 0, before, 0], after: [0, 0, size - 1 - before, 0] },
    [
      lines
        .reshaped([lines.shape.slice(0, -2).reduce((a, b) => a * b), columns, channels, 1])
        .natural(),
    ],
  )[0]!;
  const attrs = {
    activation: 'none',
    rounding: 'double',
    kernel: [1, size],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [0, 0, 0, 0],
  } as const;
  const means = OnnxValue.natural(emitter, emitter.emit(averagePool, attrs, [wide])[0]!);
  return new OnnxValue(emitter, x.shape, order, means.reshaped(lines.shape).natural());
}
