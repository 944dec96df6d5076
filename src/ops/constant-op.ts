import type { TfliteOperator, TfliteTensor } from '../formats/tflite/records.ts';
import { sameQuantization } from '../ir/types.ts';
import type { DType, TensorType } from '../ir/types.ts';
import { emptyValue, valueBytes, valueFromBytes } from '../ir/values.ts';
import { Unsupported } from './op.ts';

/**
 * An operator that computes while the model is read, on constants and on shapes, and has no kernel:
 * what exporters leave behind of a graph whose shapes they did not know.
 */
export interface ConstantOp {
  /** What it does, in a few words. */
  readonly summary: string;
  /** The shape of its one output. Throws Unsupported where an operand is no constant. */
  inferShape(operator: TfliteOperator): readonly number[];
  /** The elements of its output, as many as the shape has. */
  evaluate(operator: TfliteOperator): readonly number[];
}

/** The operand at a position, which has to be there. */
export function operandOf({ inputs }: TfliteOperator, position: number): TfliteTensor {
  const tensor = inputs[position];
  if (!tensor) throw new Unsupported(`its input ${position} is missing`);
  return tensor;
}

/** The elements of a constant operand. */
export function numbersOf(operator: TfliteOperator, position: number): number[] {
  const tensor = operandOf(operator, position);
  if (!tensor.data) {
    throw new Unsupported(
      `it computes on "${tensor.name}", which is not a constant`,
      'replace the layer by supported ones (OPERATORS.md), or export the model with fixed shapes',
    );
  }
  if (tensor.dtype === 'float16') throw new Unsupported('it works on float16');
  const { data } = valueFromBytes(tensor, tensor.data);
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Throws unless stored values stand for the same in both tensors. */
export function checkSameType(a: TfliteTensor, b: TfliteTensor): void {
  if (a.dtype !== b.dtype || !sameQuantization(a, b))
    throw new Unsupported(`its tensors "${a.name}" and "${b.name}" differ in type`);
}

/** Numbers as the bytes of a type; integers wrap as in C. Throws Unsupported where none stands for a number. */
export function bytesOfNumbers(type: TensorType, numbers: readonly number[]): Uint8Array {
  const value = emptyValue(type);
  const { data } = value;
  const odd = type.dtype === 'float32' ? undefined : numbers.find((x) => !Number.isFinite(x));
  if (odd !== undefined) throw new Unsupported(`it makes ${odd}, which no ${type.dtype} is`);
  if (data instanceof BigInt64Array) numbers.forEach((x, i) => (data[i] = BigInt(Math.trunc(x))));
  else data.set(numbers);
  return valueBytes(value);
}

export function isInteger(dtype: DType): boolean {
  return dtype === 'int32' || dtype === 'int64';
}
