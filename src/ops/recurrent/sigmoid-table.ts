/**
 * The logistic function and tanh on 16 bits by one table, as TFLite's LSTM computes them.
 * Source: reference/integer_ops/logistic.h and tanh.h, on int16.
 */

const STEPS_PER_UNIT = 24;
const ENTRIES = 256;
const ONE = 2 ** 16;

/**
 * The logistic function at i / 24, in 16 bits of fraction, each value raised by half of the distance
 * between the curve and its chord (-f''(x) h^2 / 16): straight lines between them err on both sides.
 * The last value is the largest of 16 bits. Equal to common.h, sigmoid_table_uint16.
 */
export const SIGMOIDS: readonly number[] = Array.from({ length: ENTRIES }, (_, i) => {
  const f = 1 / (1 + Math.exp(-i / STEPS_PER_UNIT));
  const curvature = f * (1 - f) * (1 - 2 * f);
  const raised = f - curvature / STEPS_PER_UNIT ** 2 / 16;
  return i === ENTRIES - 1 ? ONE - 1 : Math.round(ONE * raised);
});

/** Each value with the way to the next one above it: what a kernel reads at once. */
export const SIGMOID_WORDS = Uint32Array.from(SIGMOIDS, (value, i) =>
  i + 1 < ENTRIES ? ((SIGMOIDS[i + 1]! - value) << 16) | value : value,
);

/** 1 / (1 + e^-x) of x in 12 bits of fraction, in 15 bits of fraction. */
export function sigmoid16(x: number): number {
  const scaled = 3 * x;
  const size = Math.abs(scaled);
  const at = size >> 9;
  const value =
    at >= ENTRIES - 1
      ? 0x7fff << 10
      : (SIGMOIDS[at]! << 9) + (size & 0x1ff) * (SIGMOIDS[at + 1]! - SIGMOIDS[at]!);
  return (scaled >= 0 ? value + 2 ** 9 : 2 ** 25 - value + 2 ** 9 - 1) >> 10;
}

/**
 * tanh of x that is multiplied by `multiplier` and shifted to the right by `shift`, rounded, to stand for
 * a third of 12 bits of fraction; in 15 bits of fraction.
 */
export function tanh16(x: number, { multiplier, shift }: TanhScale): number {
  const scaled = (x * multiplier + (shift > 0 ? 1 << (shift - 1) : 0)) >> shift;
  const size = Math.abs(scaled);
  const at = size >> 8;
  const value =
    at >= ENTRIES - 1
      ? 0xffff << 8
      : (SIGMOIDS[at]! << 8) + (size & 0xff) * (SIGMOIDS[at + 1]! - SIGMOIDS[at]!);
  return (scaled >= 0 ? value - 2 ** 23 + 2 ** 7 : 2 ** 23 - value + 2 ** 7 - 1) >> 8;
}

/** How tanh16 scales its argument. */
export interface TanhScale {
  readonly multiplier: number;
  readonly shift: number;
}

/** The scale of arguments of `fraction` bits of fraction. Source: lstm_eval.cc, Tanh. */
export function tanhScale(fraction: number): TanhScale {
  const left = 12 - fraction;
  return left < 0 ? { multiplier: 3, shift: -left } : { multiplier: 3 * 2 ** left, shift: 0 };
}
