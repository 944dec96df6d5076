/**
 * exp, log and tanh in single precision, operation by operation the same as
 * codegen-templates/runtime/nn_math.h, so that every target agrees in every bit.
 * Polynomials: Cephes Mathematical Library, expf.c, logf.c, tanhf.c (coefficients only).
 */
const f = Math.fround;
const bits = new Int32Array(1);
const real = new Float32Array(bits.buffer);

const LOG2E = f(1.44269504088896341);
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444e-4);
const EXP = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
  5.0000001201e-1,
].map(f);
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const TANH = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
].map(f);

/** e^x; 0 below -87, and the value at 88 above 88. */
export function expf(x: number): number {
  if (x < -87) return 0;
  const bounded = x > 88 ? 88 : x;
  const scaled = f(bounded * LOG2E);
  const n = Math.trunc(f(scaled + (scaled < 0 ? -0.5 : 0.5)));
  const r = f(f(bounded - f(n * LN2_HIGH)) - f(n * LN2_LOW));
  const p = f(f(f(horner(EXP, r) * f(r * r)) + r) + 1);
  bits[0] = (n + 127) << 23;
  return f(p * real[0]!);
}

/** ln(x) for normal x > 0. */
export function logf(x: number): number {
  real[0] = x;
  let exponent = ((bits[0]! >> 23) & 255) - 126;
  bits[0] = (bits[0]! & 0x007fffff) | 0x3f000000;
  let m = real[0];
  if (m < f(0.707106781186547524)) {
    exponent--;
    m = f(m + m);
  }
  m = f(m - 1);
  const z = f(m * m);
  let y = f(f(horner(LOG, m) * m) * z);
  y = f(y + f(exponent * LN2_LOW));
  y = f(y - f(0.5 * z));
  return f(f(m + y) + f(exponent * LN2_HIGH));
}

export function tanhf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 9) return x > 0 ? 1 : -1;
  if (magnitude >= 0.625) {
    const t = f(1 - f(2 / f(expf(f(magnitude + magnitude)) + 1)));
    return x < 0 ? -t : t;
  }
  const z = f(x * x);
  return f(f(f(horner(TANH, z) * z) * x) + x);
}

/** 1 / (1 + e^-x). */
export function logisticf(x: number): number {
  return f(1 / f(1 + expf(-x)));
}

/** A polynomial by Horner's rule, its coefficients from the highest power on, in single precision. */
export function horner(coefficients: readonly number[], x: number): number {
  let sum = f(coefficients[0]!);
  for (let i = 1; i < coefficients.length; i++) sum = f(f(sum * x) + f(coefficients[i]!));
  return sum;
}
