import type { ConstantArray } from '../ops/constant-array.ts';
import type { DType } from '../ir/types.ts';
import { InternalError } from '../support/diagnostics.ts';

/** A C integer literal of 32 bits. */
export function int32Literal(value: number): string {
  return value === -(2 ** 31) ? '(-2147483647 - 1)' : String(value);
}

// Of a BigInt, which the array's elements are.
function int64Literal(value: number | bigint): string {
  return BigInt(value) === -(2n ** 63n) ? '(-9223372036854775807LL - 1)' : `${value}LL`;
}

/** A C float literal that reads back as the same single-precision number. */
export function floatLiteral(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return '__builtin_nanf("")';
  if (!Number.isFinite(single)) return `${single < 0 ? '-' : ''}__builtin_inff()`;
  const text = Object.is(single, -0) ? '-0.0' : String(Number(single.toPrecision(9)));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}

/** The C element type of an array, and how its numbers print. */
export function arrayType(array: ConstantArray['array']): {
  ctype: string;
  print: (x: number) => string;
} {
  if (array instanceof Int8Array) return { ctype: 'int8_t', print: String };
  if (array instanceof Uint8Array) return { ctype: 'uint8_t', print: String };
  if (array instanceof Int16Array) return { ctype: 'int16_t', print: String };
  if (array instanceof Int32Array) return { ctype: 'int32_t', print: int32Literal };
  if (array instanceof Uint32Array)
    return { ctype: 'uint32_t', print: (x) => `0x${x.toString(16)}u` };
  if (array instanceof Float32Array) return { ctype: 'float', print: floatLiteral };
  if (array instanceof BigInt64Array) return { ctype: 'int64_t', print: int64Literal };
  throw new InternalError(`no C type for ${array.constructor.name}`);
}

const C_TYPES: Partial<Record<DType, string>> = {
  int8: 'int8_t',
  uint8: 'uint8_t',
  bool: 'uint8_t',
  int16: 'int16_t',
  int32: 'int32_t',
  int64: 'int64_t',
  float32: 'float',
};

export function ctypeOf(dtype: DType): string {
  const ctype = C_TYPES[dtype];
  if (!ctype) throw new InternalError(`no C type for ${dtype}`);
  return ctype;
}

/** Values as the lines of an initialiser, at most 100 columns wide. */
export function initialiserLines(array: ConstantArray['array']): string[] {
  const { print } = arrayType(array);
  const lines: string[] = [];
  let line = '';
  for (const value of array as Iterable<number>) {
    const text = `${print(value)},`;
    if (line.length + text.length > 96) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? text : ` ${text}`;
  }
  lines.push(line);
  return lines;
}
