import { clamp } from '../../support/fixed-point.ts';
import { expm1f, exp, log } from '../../support/float-functions.ts';
import { logisticf, tanhf } from '../../support/float32.ts';
import type { GateFunction, Sequence, Sizes } from './gates.ts';

const f = Math.fround;

/** The sum of n products in the order of their terms, in single precision. */
export function dot(
  a: Float32Array,
  fromA: number,
  b: Float32Array,
  fromB: number,
  n: number,
): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum = f(sum + f(a[fromA + k]! * b[fromB + k]!));
  return sum;
}

/** The limit is a float in C: one too small for that is none. */
export function clipped(value: number, clip: number): number {
  const limit = f(clip);
  return limit > 0 ? clamp(value, -limit, limit) : value;
}

/** The same, operation by operation, as nn_gate of nn_gates.h. Source of the formulas: ONNX, LSTM. */
export function gateValue({ name, alpha, beta }: GateFunction, x: number): number {
  const [a, b] = [f(alpha), f(beta)];
  switch (name) {
    case 'sigmoid':
      return logisticf(x);
    case 'tanh':
      return tanhf(x);
    case 'relu':
      return x > 0 ? x : 0;
    case 'affine':
      return f(f(a * x) + b);
    case 'leaky_relu':
      return x < 0 ? f(a * x) : x;
    case 'thresholded_relu':
      return x > a ? x : 0;
    case 'scaled_tanh':
      return f(a * tanhf(f(b * x)));
    case 'hard_sigmoid':
      return clamp(f(f(a * x) + b), 0, 1);
    case 'elu':
      return x < 0 ? f(a * expm1f(x)) : x;
    case 'softsign':
      return f(x / f(1 + Math.abs(x)));
    case 'softplus':
      return log(f(1 + exp(x)));
  }
}

/** A step of a sequence: where its input and its output begin, in elements. */
interface Step {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
}

/** The steps in the order in which they are computed; those beyond a sequence's length are left out. */
export function stepsOfSequence(
  { timeMajor, reverse }: Sequence,
  { steps, batches, inputs, units }: Sizes,
  lengths?: Int32Array,
): Step[] {
  return Array.from({ length: batches }, (_, batch) => {
    const valid = clamp(lengths ? lengths[batch]! : steps, 0, steps);
    return Array.from({ length: valid }, (__, i) => {
      const t = reverse ? valid - 1 - i : i;
      const at = timeMajor ? t * batches + batch : batch * steps + t;
      return { batch, from: at * inputs, to: at * units };
    });
  }).flat();
}
