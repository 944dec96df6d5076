/**
 * Arithmetic on 64-bit integers that is defined for all of them, the same as
 * codegen-templates/runtime/nn_long.h: what overflows wraps, and 0 divides to 0.
 */
const wrap = (x: bigint) => BigInt.asIntN(64, x);

export const add = (a: bigint, b: bigint): bigint => wrap(a + b);
export const sub = (a: bigint, b: bigint): bigint => wrap(a - b);
export const mul = (a: bigint, b: bigint): bigint => wrap(a * b);

/** Toward zero. */
export function div(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : wrap(a / b);
}

/** Toward minus infinity. */
export function floorDiv(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  const quotient = a / b;
  return wrap(quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient);
}

/** Of the divisor's sign. */
export function floorMod(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : sub(a, mul(floorDiv(a, b), b));
}
