import type { Quantization } from '../support/dtypes.ts';

/** Beyond these, a shape is taken for damage. */
export const MAX_RANK = 6;
export const MAX_ELEMENTS = 2 ** 28;

/** What is wrong with a tensor's quantization; undefined when nothing is. */
export function rejectQuantization(
  { scales, zeroPoints, axis }: Quantization,
  shape: readonly number[],
): string | undefined {
  if (scales.length === 0) return 'a quantization without a scale';
  if (scales.some((scale) => !(scale >= 0 && scale < Infinity))) {
    return 'a quantization scale that is negative or not finite';
  }
  if (zeroPoints.length !== scales.length) {
    return `${scales.length} scales and ${zeroPoints.length} zero points`;
  }
  if (zeroPoints.some((zeroPoint) => Math.abs(zeroPoint) > 2 ** 31)) {
    return 'a zero point beyond 32 bits';
  }
  if (scales.length > 1 && (axis < 0 || shape[axis] !== scales.length)) {
    return `${scales.length} scales along axis ${axis} of [${shape.join(',')}]`;
  }
  return undefined;
}
