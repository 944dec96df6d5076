import type { TfliteOperator } from '../formats/tflite/records.ts';
import { Unsupported } from './op.ts';

/**
 * The numbers of a constant integer input: a shape, an axis, paddings. `count` is how many it must
 * have, where that is known.
 */
export function constantNumbersOf(
  operator: TfliteOperator,
  input: number,
  what: string,
  count?: number,
): number[] {
  const numbers = readNumbers(operator, input, what);
  if (count !== undefined && numbers.length !== count) {
    throw new Unsupported(`its ${what} has ${numbers.length} numbers, not ${count}`);
  }
  return numbers;
}

function readNumbers(operator: TfliteOperator, input: number, what: string): number[] {
  const tensor = operator.inputs[input];
  if (!tensor?.data) {
    throw new Unsupported(`its ${what} is not a constant`, 'export the model with fixed shapes');
  }
  const bytes = Uint8Array.from(tensor.data);
  if (tensor.dtype === 'int32') return Array.from(new Int32Array(bytes.buffer));
  if (tensor.dtype === 'int64') return Array.from(new BigInt64Array(bytes.buffer), Number);
  throw new Unsupported(`its ${what} has the type ${tensor.dtype}, not int32`);
}

/** Axes counted from the front, checked against a rank. */
export function resolveAxes(axes: readonly number[], rank: number): number[] {
  const resolved = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (resolved.some((axis) => !(axis >= 0 && axis < rank))) {
    throw new Unsupported(`its axes ${axes.join(', ')} are outside a tensor of ${rank} dimensions`);
  }
  return [...new Set(resolved)].sort((a, b) => a - b);
}
