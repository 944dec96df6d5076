/**
 * The integer arithmetic of TFLite's reference kernels, exact in JavaScript numbers.
 * Source: gemmlowp fixedpoint.h (SaturatingRoundingDoublingHighMul, RoundingDivideByPOT) and
 * tensorflow/lite/kernels/internal/common.h (MultiplyByQuantizedMultiplier).
 */

/** How a product with a quantized multiplier is rounded: twice (TFLite's reference) or once. */
export type Rounding = 'double' | 'single';

/** Or as ONNX Runtime does: in single precision, then halves to even (microsoft/onnxruntime#3196). */
export type AnyRounding = Rounding | 'float';

/** A positive real number as `multiplier / 2^31 * 2^shift`, multiplier in [2^30, 2^31). */
export interface Multiplier {
  readonly multiplier: number;
  readonly shift: number;
}

/**
 * The Q31 multiplier and exponent of `real`. Source: quantization_util.cc, QuantizeMultiplier.
 * Exponents below -31 flush to zero, as there.
 */
export function quantizeMultiplier(real: number): Multiplier {
  if (real === 0) return { multiplier: 0, shift: 0 };
  const [fraction, exponent] = frexp(real);
  let shift = exponent;
  let multiplier = Math.sign(fraction) * Math.floor(Math.abs(fraction) * 2 ** 31 + 0.5);
  if (multiplier === 2 ** 31) {
    multiplier = 2 ** 30;
    shift += 1;
  }
  if (shift < -31) return { multiplier: 0, shift: 0 };
  if (shift > 30) return { multiplier: 2 ** 31 - 1, shift: 30 };
  return { multiplier, shift };
}

/** `value = fraction * 2^exponent` with |fraction| in [0.5, 1). */
export function frexp(value: number): [number, number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let fraction = value * 2 ** -exponent;
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent--;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent++;
  }
  return [fraction, exponent];
}

/** round(a * b / 2^31), ties up, saturated. Source: gemmlowp SaturatingRoundingDoublingHighMul. */
export function doublingHighMul(a: number, b: number): number {
  if (a === -(2 ** 31) && b === -(2 ** 31)) return 2 ** 31 - 1;
  // a * b needs 62 bits; the halves a * (b >> 16) and a * (b & 0xffff) are exact in a double.
  const high = a * (b >> 16);
  const low = a * (b & 0xffff) + 2 ** 30;
  return Math.floor((high + Math.floor(low / 65536)) / 32768);
}

/** round(x / 2^exponent), ties away from zero. Source: gemmlowp RoundingDivideByPOT. */
export function roundingDivideByPOT(x: number, exponent: number): number {
  if (exponent === 0) return x;
  const mask = (1 << exponent) - 1;
  const remainder = x & mask;
  const threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

// `2 ** n` is computed anew each time, and takes longer than the rest of a product.
const POWERS_OF_TWO = Float64Array.from({ length: 48 }, (_, exponent) => 2 ** exponent);

/** x times a quantized multiplier. `x` and the result are int32. */
export function multiplyByQuantizedMultiplier(
  x: number,
  by: Multiplier,
  mode: AnyRounding,
): number {
  if (mode === 'float') return roundInFloat(x, by);
  return mode === 'double' ? roundTwice(x, by) : roundOnce(x, by);
}

// The multiplier is a number in single precision, of 24 significant bits.
function roundInFloat(x: number, { multiplier, shift }: Multiplier): number {
  const scale = multiplier * 2 ** (shift - 31);
  const rounded = roundHalfEven(Math.fround(Math.fround(x) * scale));
  return clamp(rounded, -(2 ** 31 - 1), 2 ** 31 - 1);
}

function roundTwice(x: number, { multiplier, shift }: Multiplier): number {
  const left = shift > 0 ? (x << shift) | 0 : x;
  const product = doublingHighMul(left, multiplier);
  return shift < 0 ? roundingDivideByPOT(product, -shift) : product;
}

// floor((x * multiplier + 2^(s-1)) / 2^s), s = 31 - shift in [1, 62].
function roundOnce(x: number, { multiplier, shift }: Multiplier): number {
  const total = 31 - shift;
  const high = x * (multiplier >> 16);
  const low = x * (multiplier & 0xffff);
  if (total < 17) {
    const product = BigInt(x) * BigInt(multiplier) + (1n << BigInt(total - 1));
    return Number(BigInt.asIntN(32, product >> BigInt(total)));
  }
  const half = POWERS_OF_TWO[total - 17]!;
  return Math.floor((high + Math.floor(low / 65536) + half) / (2 * half)) | 0;
}

/**
 * A quantized multiplier as 64-bit sums are multiplied with it: 15 bits, and a shift to the right.
 * Source: tensorflow/lite/kernels/internal/common.cc, MultiplyByQuantizedMultiplier on int64.
 */
export function wideMultiplier({ multiplier, shift }: Multiplier): Multiplier {
  const reduced = multiplier < 0x7fff0000 ? (multiplier + 0x8000) >> 16 : 0x7fff;
  return { multiplier: reduced, shift: 15 - shift };
}

/** A whole number below 2^47 in size times a wide multiplier whose shift is from 8 to 46, halves up. */
export function multiplyWide(x: number, { multiplier, shift }: Multiplier): number {
  // x * multiplier needs 62 bits: its upper part, and the 16 bits below it.
  const upper = Math.floor(x / 65536);
  const lower = (x - upper * 65536) * multiplier;
  const high = upper * multiplier + Math.floor(lower / 65536);
  if (shift > 16) return Math.floor((high + 2 ** (shift - 17)) / 2 ** (shift - 16)) | 0;
  const rest = (lower % 65536) + 2 ** (shift - 1);
  // Of what is shifted beyond 32 bits nothing is left: it would not fit a double.
  return ((high % 2 ** 32) * 2 ** (16 - shift) + Math.floor(rest / 2 ** shift)) | 0;
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** To the nearest whole number, halves to the even one: IEEE 754's roundToIntegralTiesToEven. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest > 0.5 ? floor + 1 : floor;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Half away from zero, as C's round() and TfLiteRound. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.floor(-value + 0.5) : Math.floor(value + 0.5);
}
