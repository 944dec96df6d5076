import type { TypedArray } from '../ir/types.ts';

/** A constant array of the generated weights file. */
export interface ConstantArray {
  /** What it is, a part of its C name: 'weights', 'bias', 'multiplier'. */
  readonly role: string;
  readonly array: TypedArray | Uint32Array;
  /** The storage format the kernel reads ('dense', 'pairs'), shown in the report. */
  readonly encoding: string;
}

/** A constant array that holds numbers as they are, unless `encoding` says otherwise. */
export function table(
  role: string,
  array: ConstantArray['array'],
  encoding = 'dense',
): ConstantArray {
  return { role, array, encoding };
}

export function isConstantArray(field: unknown): field is ConstantArray {
  return typeof field === 'object' && field !== null && 'role' in field;
}
