import type { TensorType } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import {
  doublingHighMul,
  quantizeMultiplier,
  roundingDivideByPOT,
} from '../../support/fixed-point.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import { expf } from '../../support/float32.ts';
import { Unsupported } from '../op.ts';
import { expOnNegative } from '../gemmlowp.ts';

/**
 * e^(-scale * beta * d) in Q0 for d = 0, 1, …, as far as TFLite's kernels look: at most 256 values.
 * Source: softmax_common.cc, PreprocessSoftmaxScaling and CalculateInputRadius with 5 integer bits.
 */
export function exponentials(scale: number, beta: number): { exp: Int32Array; by: Multiplier } {
  const by = quantizeMultiplier(Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1));
  const reach = Math.floor((31 * 2 ** 26) / 2 ** by.shift);
  const exp = Int32Array.from({ length: Math.min(reach, 255) + 1 }, (_, d) =>
    expOnNegative(doublingHighMul((-d * 2 ** by.shift) | 0, by.multiplier), 5),
  );
  return { exp, by };
}

/** [start, end) of every row along the last dimension. */
export function rows(type: TensorType): [number, number][] {
  const depth = type.shape.at(-1)!;
  return Array.from({ length: elements(type) / depth }, (_, i) => [i * depth, (i + 1) * depth]);
}

/** e^(-scale * beta * d) for d = 0 … 255, in single precision. */
export function floatTable(scale: number, beta: number): Float32Array {
  const exponent = Math.fround(-scale * beta);
  return Float32Array.from({ length: 256 }, (_, d) => expf(Math.fround(exponent * d)));
}

/** The shape of a tensor that has a last dimension. */
export function shapeWithRows({ shape }: TensorType): readonly number[] {
  if (shape.length === 0) throw new Unsupported('its input is a scalar');
  return shape;
}

/** The largest value from `start` up to `end`. */
export function largest(values: Int8Array, start: number, end: number): number {
  let most = -128;
  for (let i = start; i < end; i++) most = Math.max(most, values[i]!);
  return most;
}

/** The sum of a row's exponentials in Q12, saturated: of so many values each has a share of nothing. */
export function sumOfExponentials(row: Int8Array, most: number, exp: Int32Array): number {
  let sum = 0;
  for (const value of row) {
    const next = roundingDivideByPOT(exp[most - value] ?? 0, 12);
    sum = Math.min(sum + next, 2 ** 31 - 1);
  }
  return sum;
}

/** The rows that a softmax works on, one after the other. */
export function rowsOf({ inputs }: { readonly inputs: readonly (TensorType | undefined)[] }) {
  const depth = inputs[0]!.shape.at(-1)!;
  return { outer: elements(inputs[0]!) / depth, depth };
}
