import { product } from '../support/bytes.ts';
import type { DType, Quantization } from '../support/dtypes.ts';

export const MAX_RANK = 7;
const MAX_ELEMENTS = 2 ** 28;

/** Whether a shape has more dimensions or elements than are read: it is taken for damage. */
export function isAbsurd(shape: readonly number[]): boolean {
  return shape.length > MAX_RANK || product(shape) > MAX_ELEMENTS;
}

/** What is wrong with a tensor's quantization; undefined when nothing is. */
export function rejectQuantization(
  { scales, zeroPoints, axis }: Quantization,
  shape: readonly number[],
  dtype: DType,
): string | undefined {
  if (scales.length === 0) return 'a quantization without a scale';
  if (scales.some((scale) => !(scale >= 0 && scale < Infinity) || Object.is(scale, -0))) {
    return 'a quantization scale that is negative or not finite';
  }
  if (zeroPoints.length !== scales.length) {
    return `${scales.length} scales and ${zeroPoints.length} zero points`;
  }
  const [low, high] = STORED[dtype] ?? [0, 0];
  const outside = zeroPoints.find(
    (zero) => !(Number.isInteger(zero) && zero >= low && zero <= high),
  );
  if (outside !== undefined) return `the zero point ${outside}, outside of ${dtype}`;
  if (scales.length > 1 && (axis < 0 || shape[axis] !== scales.length)) {
    return `${scales.length} scales along axis ${axis} of [${shape.join(',')}]`;
  }
  return undefined;
}

/** Least and largest stored value of the types that are quantized. */
const STORED: Partial<Record<DType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};
