/**
 * Arithmetic on 32-bit integers that is defined for all of them, the same as
 * codegen-templates/runtime/nn_integers.h: what overflows wraps, and 0 divides to 0.
 */
export function div(a: number, b: number): number {
  return b === 0 ? 0 : (a / b) | 0;
}

/** Toward minus infinity. */
export function floorDiv(a: number, b: number): number {
  return b === 0 ? 0 : Math.floor(a / b) | 0;
}

/** Of the divisor's sign. */
export function floorMod(a: number, b: number): number {
  return b === 0 ? 0 : (a - Math.imul(floorDiv(a, b), b)) | 0;
}

export function pow(base: number, exponent: number): number {
  if (exponent < 0) return Math.abs(base) === 1 ? base ** (exponent & 1) : 0;
  let [power, square] = [1, base];
  for (let n = exponent; n > 0; n >>= 1) {
    if (n & 1) power = Math.imul(power, square);
    square = Math.imul(square, square);
  }
  return power;
}

export function squaredDifference(a: number, b: number): number {
  const difference = (a - b) | 0;
  return Math.imul(difference, difference);
}
