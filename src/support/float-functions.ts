import { expf, horner, logf } from './float32.ts';

/**
 * Elementary functions in single precision, operation by operation the same as
 * codegen-templates/runtime/nn_functions.h, so that every target agrees in every bit.
 * Polynomials: Cephes Mathematical Library, sinf.c (coefficients only).
 */
const f = Math.fround;

/** Floats from 2^23 on are whole numbers. */
const WHOLE = 2 ** 23;

/** Toward minus infinity; a zero has no sign. */
export function floorf(x: number): number {
  return Math.abs(x) < WHOLE ? Math.floor(x) + 0 : x;
}

export function ceilf(x: number): number {
  return Math.abs(x) < WHOLE ? Math.ceil(x) + 0 : x;
}

/** To the nearest whole number, ties to even. Source: reference/round.h, RoundToNearest. */
export function roundf(x: number): number {
  if (!(Math.abs(x) < WHOLE)) return x;
  const low = floorf(x);
  const part = f(x - low);
  return part > 0.5 || (part === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

export function signf(x: number): number {
  return x > 0 ? 1 : x < 0 ? -1 : x;
}

export function sqrtf(x: number): number {
  return f(Math.sqrt(x));
}

/** e^x, infinite beyond what a float holds. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > f(88.72283)) return Infinity;
  return x > 88 ? f(expf(88) * expf(f(x - 88))) : expf(x);
}

/** ln(x); -infinity of 0, no number of what is below. */
export function log(x: number): number {
  if (x < 0 || Number.isNaN(x)) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  return x < f(1.17549435e-38) ? f(logf(f(x * WHOLE)) - f(15.9423847)) : logf(x);
}

/** e^x - 1, near 0 by its series. */
export function expm1f(x: number): number {
  if (!(Math.abs(x) < f(0.35))) return f(exp(x) - 1);
  const series = [1.3888889e-3, 8.3333338e-3, 4.1666668e-2, 1.6666667e-1, 0.5];
  return f(f(horner(series, x) * f(x * x)) + x);
}

export function sinf(x: number): number {
  return sine(x, 0);
}

export function cosf(x: number): number {
  return sine(x, 1);
}

// sin (x + quarters * pi / 2).
function sine(x: number, quarters: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < WHOLE)) return f(x - x);
  const eighths = (Math.trunc(f(magnitude * f(1.27323954473516))) + 1) & ~1;
  const y = f(eighths);
  let r = f(magnitude - f(y * f(0.78515625)));
  r = f(r - f(y * f(2.4187564849853515625e-4)));
  r = f(r - f(y * f(3.77489497744594108e-8)));
  const z = f(r * r);
  const place = x < 0 ? quarters - (eighths >> 1) : quarters + (eighths >> 1);
  const toward = x < 0 ? -r : r;
  const p = (place & 1) !== 0 ? cosine(z) : toSine(z, toward);
  return (place & 2) !== 0 ? -p : p;
}

function cosine(z: number): number {
  const p = horner([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2], z);
  return f(f(f(p * f(z * z)) - f(0.5 * z)) + 1);
}

function toSine(z: number, r: number): number {
  const p = horner([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1], z);
  return f(f(f(p * z) * r) + r);
}

/** The remainder of x / y, of y's sign. Source: reference/floor_mod.h. */
export function floorModf(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && y < 0 !== rest < 0 ? f(rest + y) : rest;
}

/** x^y: by squaring for small whole y, else by logarithm. */
export function powf(x: number, y: number): number {
  const size = Math.abs(y);
  const whole = floorf(y) === y;
  if (whole && size <= 64) return wholePower(x, y);
  const value = exp(f(y * log(Math.abs(x))));
  if (x >= 0 || Number.isNaN(x)) return value;
  if (!whole) return NaN;
  return size < 2 * WHOLE && size % 2 === 1 ? -value : value;
}

function wholePower(x: number, y: number): number {
  let [power, square] = [1, x];
  for (let n = Math.abs(y); n > 0; n >>= 1) {
    if (n & 1) power = f(power * square);
    if (n > 1) square = f(square * square);
  }
  return y < 0 ? f(1 / power) : power;
}
