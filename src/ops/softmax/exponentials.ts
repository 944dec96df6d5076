import type { TensorType } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { doublingHighMul, quantizeMultiplier } from '../../support/fixed-point.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
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
