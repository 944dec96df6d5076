import { assert, InternalError } from '../support/diagnostics.ts';
import { bytesOf } from '../support/bytes.ts';
import { byteLength, bytesPerElement, elements, perTensor } from './types.ts';
import type { DType, State, Tensor, TensorType, TypedArray, Value } from './types.ts';

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  float16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  int64: BigInt64Array,
} as const;

/** A zero-filled value of a type. */
export function emptyValue(type: TensorType): Value {
  return { type, data: new ARRAYS[type.dtype](elements(type)) };
}

/** A value over a copy of raw little-endian bytes. */
export function valueFromBytes(type: TensorType, bytes: Uint8Array): Value {
  assert(
    bytes.length === byteLength(type),
    `value of ${byteLength(type)} bytes, got ${bytes.length}`,
  );
  // Not slice(): that of Node's Buffer is a view of the same memory.
  const copy = Uint8Array.from(bytes);
  return { type, data: new ARRAYS[type.dtype](copy.buffer, 0, elements(type)) };
}

export function valueBytes(value: Value): Uint8Array {
  return bytesOf(value.data);
}

/** The contents of a constant tensor. */
export function constantValue(tensor: Tensor): Value {
  assert(tensor.data, `tensor ${tensor.id} "${tensor.name}" is no constant`);
  return valueFromBytes(tensor, tensor.data);
}

/** The bytes of a state before the first inference: where none are given, what stands for zero. */
export function initialBytes(type: TensorType, { initial }: Pick<State, 'initial'>): Uint8Array {
  if (initial) return initial;
  const zero = bytesPerElement(type.dtype) === 1 ? perTensor(type).zeroPoint : 0;
  return new Uint8Array(byteLength(type)).fill(zero);
}

/** A constant's elements as numbers (shapes, axes, paddings). */
export function constantNumbers(tensor: Tensor): number[] {
  return numbers(constantValue(tensor));
}

/** A value's elements as numbers. */
export function numbers({ data }: Value): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Activations of fixed-point layers, of 8 or 16 bits. */
export function activations(value: Value | undefined): Int8Array | Int16Array {
  if (value?.data instanceof Int8Array || value?.data instanceof Int16Array) return value.data;
  throw new InternalError(`expected int8 or int16, got ${value?.type.dtype ?? 'nothing'}`);
}

export const int8s = (value: Value | undefined): Int8Array => typed(value, Int8Array, 'int8');
export const int32s = (value: Value | undefined): Int32Array => typed(value, Int32Array, 'int32');
export const floats = (value: Value | undefined): Float32Array =>
  typed(value, Float32Array, 'float32');

function typed<T extends TypedArray>(
  value: Value | undefined,
  kind: abstract new (...args: never[]) => T,
  dtype: DType,
): T {
  if (value?.data instanceof kind) return value.data;
  throw new InternalError(`expected ${dtype}, got ${value?.type.dtype ?? 'nothing'}`);
}
