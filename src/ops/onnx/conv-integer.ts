import { constantNumbers } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { convolve } from './conv.ts';
import type { OnnxValue } from './value.ts';

export const CONV_INTEGER_READERS: OnnxReaders = { ConvInteger: readConvInteger };

const ATTRS = { activation: 'none', rounding: 'double' } as const;

/** Whole numbers below it are floats, and so are their sums. */
const EXACT = 2 ** 24;

/**
 * Sums of (x - x zero) (w - w zero) in int32. Convolutions in floats are exact where no sum can grow
 * beyond 24 bits; else the weights are taken in two parts, 16 high + low, whose sums are smaller.
 */
function readConvInteger(call: OnnxCall): readonly OnnxValue[] {
  const [x, w] = [call.input(0), call.input(1)];
  const m = new Algebra(call.emitter);
  const centred = without(m, x, call.inputs[2], []);
  const weights = without(m, w, call.inputs[3], [1, ...w.shape.slice(2).map(() => 1)]);
  if (!weights.isConstant) throw new Unsupported('its weights are not constant');
  const numbers = constantNumbers(call.emitter.tensor(weights.natural()));
  const most = mostOf(x, call.inputs[2]);
  const sums = (part: readonly number[]) => {
    if (most * largestSum(part, w.shape[0]!) >= EXACT)
      throw new Unsupported(
        'its sums have more bits than floats hold',
        'quantize the model as QDQ',
      );
    const constant = m.constant(part, w.shape);
    return m.cast(convolve(call, centred, constant, undefined, { attrs: ATTRS }), 'int32');
  };
  if (most * largestSum(numbers, w.shape[0]!) < EXACT) return [sums(numbers)];
  const high = numbers.map((value) => Math.floor(value / 16));
  const low = numbers.map((value, i) => value - 16 * high[i]!);
  return [m.add(m.mul(sums(high), 16), sums(low))];
}

// The value less its zero point, of one number or one for each entry of the first axis.
function without(
  m: Algebra,
  value: OnnxValue,
  zero: OnnxValue | undefined,
  behind: readonly number[],
): OnnxValue {
  const float = m.cast(value, 'float32');
  if (!zero) return float;
  const count = product(zero.shape);
  const shape = count === 1 ? [] : [count, ...behind];
  return m.sub(float, m.cast(zero, 'float32').reshaped(shape));
}

// The largest size that an element less its zero point can have.
function mostOf(x: OnnxValue, zero: OnnxValue | undefined): number {
  if (zero && !zero.isConstant) return 255;
  const [point = 0] = zero ? constantNumbers(x.emitter.tensor(zero.natural())) : [];
  const [low, high] = x.dtype === 'uint8' ? [0, 255] : [-128, 127];
  return Math.max(point - low, high - point);
}

function largestSum(weights: readonly number[], outputs: number): number {
  const each = weights.length / outputs;
  const sums = Array<number>(outputs).fill(0);
  weights.forEach((weight, i) => (sums[Math.floor(i / each)]! += Math.abs(weight)));
  return Math.max(...sums);
}
