import { bitsOf } from './roots.ts';

/** Segments in which the mantissa's logarithm is told apart. */
const SEGMENTS = 128;
/** ln 2 in 65536ths. */
const LN_2 = 45426;

/** What log2(1 + x) is more than x, in 65536ths, at the ends of 128 segments, and once more. */
export const LOGARITHMS = Uint16Array.from({ length: SEGMENTS + 2 }, (_, i) => {
  const x = Math.min(i, SEGMENTS) / SEGMENTS;
  return Math.floor(0.5 + 65536 * (Math.log2(1 + x) - x));
});

/**
 * log2 of a whole number from 1 to 2^32 - 1, in 65536ths. `between` is the shift after a segment's
 * slope is multiplied: 9 makes lines of segments. TFLite Micro has 16, which leaves nearly steps.
 * Source: tflite-micro, signal/src/log.cc, Log2FractionPart32.
 */
export function log2Of(x: number, between: 9 | 16): number {
  const exponent = bitsOf(x) - 1;
  const rest = x - 2 ** exponent;
  const fraction = Math.floor(rest * 2 ** (16 - exponent));
  const segment = fraction >> 9;
  const base = LOGARITHMS[segment]!;
  const slope = LOGARITHMS[segment + 1]! - base;
  return exponent * 65536 + fraction + base + ((slope * (fraction & 511)) >> between);
}

/** From log2 in 65536ths to the natural logarithm, rounded. */
export function naturalOf(log2: number): number {
  return Math.floor((LN_2 * log2 + 32768) / 65536);
}

/** As TFLite Micro takes logarithms of channels: signal/src/filter_bank_log.cc; at most 2^15 - 1. */
export function channelLogarithm(channel: number, scale: number, correctionBits: number): number {
  const x = (channel << correctionBits) >>> 0;
  if (x <= 1) return 0;
  const natural = naturalOf(log2Of(x, 16));
  return Math.min(Math.floor(((scale * natural + 32768) % 2 ** 32) / 65536), 32767);
}

/** The natural logarithm of a whole number from 1 to 2^53, in 65536ths; 32 bits of it count. */
export function naturalLogarithm(x: number): number {
  const shift = x < 2 ** 32 ? 0 : bitsOf(Math.floor(x / 2 ** 32));
  return naturalOf(log2Of(Math.floor(x / 2 ** shift), 9) + shift * 65536);
}

/** The natural logarithm of 2, in 65536ths. */
export const LOGARITHM_OF_TWO = LN_2;
