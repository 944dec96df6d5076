/** How many bits a number below 2^32 has: 0 of 0. */
export function bitsOf(x: number): number {
  return 32 - Math.clz32(x);
}

/**
 * The square root of a whole number below 2^53, rounded, from 2^16 - 1/2 on only down there where it
 * is below 2^16. Source: tflite-micro, signal/src/square_root_32.cc and square_root_64.cc.
 */
export function squareRoot(x: number): number {
  let root = Math.floor(Math.sqrt(x));
  // Math.sqrt is within a unit of the last place: at most one off.
  if (root * root > x) root -= 1;
  else if ((root + 1) * (root + 1) <= x) root += 1;
  const isUp = x - root * root > root;
  return isUp && !(x < 2 ** 32 && root === 0xffff) ? root + 1 : root;
}

/** About the length of a complex number below 2^31 in both parts: 15 bits of its larger one count. */
export function lengthOf(real: number, imaginary: number): number {
  const [a, b] = [Math.abs(real), Math.abs(imaginary)];
  const shift = Math.max(bitsOf(Math.max(a, b)) - 15, 0);
  const [x, y] = [a >> shift, b >> shift];
  return squareRoot(x * x + y * y) * 2 ** shift;
}
