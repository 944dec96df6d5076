import { clip } from '../activation/clip.ts';
import { hardSwish } from '../activation/hard-swish.ts';
import { leakyRelu } from '../activation/leaky-relu.ts';
import { relu } from '../activation/relu.ts';
import { logistic, tanh } from '../activation/sigmoid.ts';
import { Unsupported } from '../op.ts';
import type { Op } from '../op.ts';
import { Algebra } from './algebra.ts';
import { mapped } from './align.ts';
import type { OnnxCall, OnnxReader, OnnxReaders } from './call.ts';
import { isComputed } from './scaled.ts';
import type { OnnxValue } from './value.ts';

export const UNARY_READERS: OnnxReaders = {
  Relu: (call) => clamped(call, 0, Infinity),
  Clip: readClip,
  Sigmoid: map(logistic, () => ({})),
  Tanh: map(tanh, () => ({})),
  HardSwish: map(hardSwish, () => ({})),
  LeakyRelu: map(leakyRelu, (call) => {
    return { alpha: call.number('alpha', Math.fround(0.01)), rounding: 'double' as const };
  }),
  Identity: (call) => [call.input(0)],
};

function map<Attrs>(op: Op<Attrs>, attrs: (call: OnnxCall) => NoInfer<Attrs>): OnnxReader {
  return (call) => {
    const made = attrs(call);
    return [mapped(call.input(0), (stored) => call.emitter.emit(op, made, [stored])[0]!)];
  };
}

const ACTIVATIONS = [
  { low: 0, high: Infinity, activation: 'relu' },
  { low: 0, high: 6, activation: 'relu6' },
  { low: -1, high: 1, activation: 'relu_n1_to_1' },
] as const;

// A clamp that other operators can do on the way, or one of its own.
function clamped(call: OnnxCall, low: number, high: number): readonly OnnxValue[] {
  const known = ACTIVATIONS.find((each) => each.low === low && each.high === high);
  const { emitter } = call;
  return [
    mapped(call.input(0), (stored) =>
      known
        ? emitter.emit(relu, { activation: known.activation, rounding: 'double' }, [stored])[0]!
        : emitter.emit(clip, { low, high }, [stored])[0]!,
    ),
  ];
}

/** Limits are attributes up to version 10, then inputs; where the lower is above, the upper wins. */
function readClip(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  if (isComputed(call, 1, 2) || (x.dtype !== 'float32' && !x.quant)) return clipToValues(call, x);
  const limit = (name: string, position: number, otherwise: number) => {
    if (call.opset < 11) return call.number(name, otherwise);
    const [value = otherwise, ...others] = call.numbers(position, name) ?? [];
    if (others.length > 0) throw new Unsupported(`its ${name} is not one number`);
    return value;
  };
  const [low, high] = [limit('min', 1, -Infinity), limit('max', 2, Infinity)];
  const most = 3.4028234663852886e38;
  if (low <= -most && high >= most) return [x];
  return clamped(
    call,
    Math.min(low <= -most ? -Infinity : low, high),
    high >= most ? Infinity : high,
  );
}

// Whole numbers, and limits that the model computes.
function clipToValues(call: OnnxCall, x: OnnxValue): readonly OnnxValue[] {
  const m = new Algebra(call.emitter);
  const [low, high] = [call.inputs[1], call.inputs[2]];
  const wide = (value: OnnxValue) => (value.dtype === 'uint8' ? m.cast(value, 'int32') : value);
  const above = low ? m.max(wide(x), wide(low)) : wide(x);
  return [m.cast(high ? m.min(above, wide(high)) : above, x.dtype)];
}
