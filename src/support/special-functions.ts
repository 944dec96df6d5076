import { expf, horner } from './float32.ts';

/**
 * Arcus tangent and the error function in single precision, operation by operation the same as
 * codegen-templates/runtime/nn_special.h. Polynomials and the ranges that they are for: Cephes
 * Mathematical Library, atanf.c and ndtrf.c (coefficients only).
 */
const f = Math.fround;

const QUARTER = f(Math.PI / 4);
const HALF = f(Math.PI / 2);

const ATAN = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1].map(f);
/** erf(x) / x of x². */
const ERF = [
  7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
  1.128358514861418e-1, -3.7612625824233e-1, 1.12837916709551,
].map(f);
/** (1 - erf(x)) * x * e^x² of 1 / x², from 1 to 2 and from 2 on. */
const ERFC = [
  2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1,
  6.210004621745983e-1, -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1,
  5.638259427386472e-1,
].map(f);
const ERFC_FAR = [
  -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503, 2.921019019210786,
  -1.0152652792027, 4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
].map(f);

/** The angle in radians, from -pi / 2 to pi / 2, whose tangent is x. */
export function atanf(x: number): number {
  const size = Math.abs(x);
  let [base, r] = [0, size];
  if (size > f(2.414213562373095)) [base, r] = [HALF, f(-1 / size)];
  else if (size > f(0.4142135623730951)) [base, r] = [QUARTER, f(f(size - 1) / f(size + 1))];
  const z = f(r * r);
  const angle = f(base + f(f(f(horner(ATAN, z) * z) * r) + r));
  return x < 0 ? -angle : angle;
}

/** The angle of the point (x, y), from -pi to pi; signs of zeros and infinities as C's atan2. */
export function atan2f(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const [up, right] = [Math.abs(y), Math.abs(x)];
  const left = x < 0 || Object.is(x, -0);
  // On the diagonal; two zeros lie on the axis.
  const ratio = up === right ? (up === 0 ? 0 : 1) : f(up / right);
  const angle = atanf(ratio);
  const whole = left ? f(f(Math.PI) - angle) : angle;
  return y < 0 || Object.is(y, -0) ? -whole : whole;
}

/** 2 / sqrt(pi) times the integral of e^-t² from 0 to x. */
export function erff(x: number): number {
  const size = Math.abs(x);
  if (size < 1) return f(x * horner(ERF, f(x * x)));
  if (Number.isNaN(x)) return x;
  const q = f(1 / size);
  const tail = f(f(expf(-f(x * x)) * q) * horner(size < 2 ? ERFC : ERFC_FAR, f(q * q)));
  return x < 0 ? f(tail - 1) : f(1 - tail);
}
