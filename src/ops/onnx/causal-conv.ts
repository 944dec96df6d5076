import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { convolved } from './convolution.ts';
import { cut } from './movement.ts';
import { bordered } from './pooling.ts';
import type { OnnxValue } from './value.ts';

export const CAUSAL_CONV_READERS: OnnxReaders = { CausalConvWithState: readCausalConv };

const ATTRS = { activation: 'none', rounding: 'double' } as const;

/**
 * x [n, c, time], w [c, 1, k], past [n, c, k - 1] -> a depthwise convolution over past and x, and the
 * last k - 1 elements of both: the past of the next call.
 */
function readCausalConv(call: OnnxCall): readonly OnnxValue[] {
  const [x, w, past] = [call.input(0), call.input(1), call.inputs[3]];
  if (x.rank !== 3 || w.rank !== 3 || w.shape[1] !== 1)
    throw new Unsupported(`its weights are [${w.shape.join(',')}] for [${x.shape.join(',')}]`);
  const m = new Algebra(call.emitter);
  const [kernel, time] = [w.shape[2]!, x.shape[2]!];
  const before = kernel - 1;
  const joined = past && before > 0 ? m.concat([past, x], 2) : x;
  const begin = joined === x ? before : 0;
  const slide = { kernel, stride: 1, dilation: 1, begin, end: 0 };
  const operands = { x: joined, w, bias: call.inputs[2]?.natural(), groups: x.shape[1]! };
  const sums = convolved(operands, [slide], { attrs: ATTRS });
  const activation = call.choice('activation', ['none', 'silu', 'swish'], 'none');
  const output = activation === 'none' ? sums : m.mul(sums, m.sigmoid(sums));
  if (!call.wanted[1]) return [output];
  const whole =
    joined === x && time < before ? bordered(x, [{ begin: before - time, end: 0 }]) : joined;
  const start = whole.shape[2]! - before;
  return [output, cut(whole, [{ axis: 2, start, step: 1, count: before }])];
}
