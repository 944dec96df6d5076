/**
 * Fixed-point functions of gemmlowp's fixedpoint.h, on raw int32 values. Qn has n integer bits.
 * The constants are the fixed-point values of the polynomials' and Newton's coefficients.
 */
import { clamp, doublingHighMul, roundingDivideByPOT } from '../support/fixed-point.ts';
import type { Multiplier } from '../support/fixed-point.ts';

const MOST = 2 ** 31 - 1;

/** Saturating x * 2^exponent. */
export function shiftLeft(x: number, exponent: number): number {
  return clamp(x * 2 ** exponent, -(2 ** 31), MOST);
}

/** e^a for a <= 0 in Qn, as Q0: a polynomial on (-1/4, 0], then a factor for each higher bit. */
export function expOnNegative(a: number, integerBits: number): number {
  if (a === 0) return MOST;
  const fractionBits = 31 - integerBits;
  const quarter = 2 ** (fractionBits - 2);
  const reduced = (a & (quarter - 1)) - quarter;
  let result = expOnQuarter(shiftLeft(reduced, integerBits));
  const rest = reduced - a;
  const factors = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];
  factors.forEach((factor, i) => {
    const exponent = i - 2;
    if (integerBits > exponent && rest & (2 ** (fractionBits + exponent))) {
      result = doublingHighMul(result, factor);
    }
  });
  return result;
}

// e^a for a in [-1/4, 0) in Q0: Taylor's series around -1/8.
function expOnQuarter(a: number): number {
  const x = (a + 2 ** 28) | 0;
  const x2 = doublingHighMul(x, x);
  const x3 = doublingHighMul(x2, x);
  const x4 = doublingHighMul(x2, x2);
  const cubic = doublingHighMul((roundingDivideByPOT(x4, 2) + x3) | 0, 715827883);
  const series = roundingDivideByPOT((cubic + x2) | 0, 1);
  return (1895147668 + doublingHighMul(1895147668, (x + series) | 0)) | 0;
}

// 1 / ((1 + a) / 2) for a in [0, 1) in Q0, as Q2: Newton's division.
function newton(a: number): number {
  const half = Math.floor((a + MOST + 1) / 2);
  let x = (1515870810 + doublingHighMul(half, -1010580540)) | 0;
  for (let i = 0; i < 3; i++) {
    const error = (2 ** 29 - doublingHighMul(half, x)) | 0;
    x = (x + shiftLeft(doublingHighMul(x, error), 2)) | 0;
  }
  return x;
}

/** 1 / (1 + a) for a in [0, 1), Q0 to Q0. */
export function oneOverOnePlus(a: number): number {
  return shiftLeft(newton(a), 1);
}

/** 1 / (1 + e^-t) for t in Q4, as Q0. */
export function logistic(t: number): number {
  if (t === 0) return 2 ** 30;
  if (t > 0) return oneOverOnePlus(expOnNegative(-t, 4));
  return MOST - oneOverOnePlus(expOnNegative(t, 4));
}

/** tanh(t) for t in Q4, as Q0: (1 - e^-2t) / (1 + e^-2t), the doubling done by reading t as Q5. */
export function tanh(t: number): number {
  if (t === 0) return 0;
  const a = expOnNegative(-Math.abs(t), 5);
  const magnitude = shiftLeft((newton(a) - 2 ** 29) | 0, 2);
  return t < 0 ? -magnitude : magnitude;
}

/** ln(x) for x >= 1 in Q12, as Q5. Source: tensorflow/lite/kernels/internal/common.h,
    log_x_for_x_greater_than_or_equal_to_1_impl: a rational function on both sides of sqrt(1/2). */
export function logAboveOne(x: number): number {
  const sqrtHalf = 1518500250;
  const bits = Math.clz32(x);
  const ra = shiftLeft(doublingHighMul(shiftLeft(x, bits - 1), sqrtHalf), 1);
  const powerA = clamp(shiftLeft(12 - bits, 25) + 2 ** 23, -(2 ** 31), MOST);
  const zb = doublingHighMul(x, sqrtHalf);
  const headroom = Math.clz32(zb) - 1;
  const rb = shiftLeft(x, headroom);
  const powerB = clamp(shiftLeft(12 - headroom, 25) - 2 ** 23, -(2 ** 31), MOST);
  const r = Math.min(ra, rb);
  const power = Math.max(powerA, powerB);
  const p = Math.trunc((r + 1805811301 + 1) / 2);
  const q = ((r - 1805811301) * 2) | 0;
  const q2 = doublingHighMul(q, q);
  const numerator =
    (doublingHighMul(q, r) + doublingHighMul(doublingHighMul(q, q2), 117049297)) | 0;
  const inner = (1057819769 + q + doublingHighMul(127690142, q2)) | 0;
  const denominator = (doublingHighMul(p, inner) + doublingHighMul(638450708, q)) | 0;
  const quotient = doublingHighMul(roundingDivideByPOT(numerator, 6), oneOverOnePlus(denominator));
  return shiftLeft((doublingHighMul(power, 1488522236) + quotient) | 0, 1);
}

/**
 * 1 / sqrt(x) of a whole number, as a multiplier. Source: tensorflow/lite/kernels/internal/common.h,
 * GetInvSqrtQuantizedMultiplierExp: five of Newton's steps in Q3; what is below 2 counts as 1.
 */
export function inverseSqrt(x: number): Multiplier {
  if (x <= 1) return { multiplier: MOST, shift: 0 };
  let [input, right] = [x, 11];
  for (; input >= 2 ** 29; input = Math.floor(input / 4)) right++;
  const pairs = Math.floor((Math.clz32(input) - 1) / 2) - 1;
  right -= pairs;
  const half = roundingDivideByPOT((input << (2 * pairs)) >> 1, 1);
  let root = 2 ** 28;
  for (let i = 0; i < 5; i++) {
    const cube = shiftLeft(doublingHighMul(doublingHighMul(root, root), root), 6);
    const step = (doublingHighMul(2 ** 28 + 2 ** 27, root) - doublingHighMul(half, cube)) | 0;
    root = shiftLeft(step, 3);
  }
  const multiplier = doublingHighMul(root, 1518500250);
  return right < 0
    ? { multiplier: (multiplier << -right) | 0, shift: 0 }
    : { multiplier, shift: -right };
}
