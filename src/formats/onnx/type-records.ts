import type { DType } from '../../support/dtypes.ts';

/** An element type of the format. */
export interface ElementType {
  /** How the format calls it. */
  readonly typeName: string;
  /** The type that its elements get here; undefined for those that thimble does not have. */
  readonly dtype: DType | undefined;
}

// By number: TensorProto.DataType.
const TYPES: readonly ElementType[] = [
  { typeName: 'undefined', dtype: undefined },
  { typeName: 'float', dtype: 'float32' },
  { typeName: 'uint8', dtype: 'uint8' },
  { typeName: 'int8', dtype: 'int8' },
  { typeName: 'uint16', dtype: undefined },
  { typeName: 'int16', dtype: 'int16' },
  { typeName: 'int32', dtype: 'int32' },
  { typeName: 'int64', dtype: 'int64' },
  { typeName: 'string', dtype: undefined },
  { typeName: 'bool', dtype: 'bool' },
  { typeName: 'float16', dtype: undefined },
  { typeName: 'double', dtype: undefined },
  { typeName: 'uint32', dtype: undefined },
  { typeName: 'uint64', dtype: undefined },
  { typeName: 'complex64', dtype: undefined },
  { typeName: 'complex128', dtype: undefined },
  { typeName: 'bfloat16', dtype: undefined },
];

/** What an element type is called, and which it is here. */
export function typeOf(code: number): ElementType {
  return TYPES[code] ?? { typeName: `type ${code}`, dtype: undefined };
}

/** Element type by the number that the format gives it, as attributes such as Cast's `to` do. */
export function dtypeOfCode(code: number): DType | undefined {
  return TYPES[code]?.dtype;
}
