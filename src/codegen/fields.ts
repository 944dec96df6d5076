import type { ConstantArray } from '../ops/constant-array.ts';
import { isScratchPlace } from '../ops/scratch-place.ts';
import { isStruct } from '../ops/struct.ts';
import type { Fields, Struct } from '../ops/struct.ts';
import { assert } from '../support/diagnostics.ts';
import type { Constants } from './constants.ts';
import { floatLiteral, int32Literal } from './literals.ts';

const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  int8_t: [-128, 127],
  int16_t: [-(2 ** 15), 2 ** 15 - 1],
  int32_t: [-(2 ** 31), 2 ** 31 - 1],
  uint32_t: [0, 2 ** 32 - 1],
};

/** What pointers among a call's fields name. */
export interface Pointers {
  readonly constants: Constants;
  /** The address of a place in the layer's working memory, for a type of C. */
  scratch(ctype: string, bytes: number): string;
}

/** The designated initialisers of a struct, inner structs as '.window.stride_y = 2'. */
export function initialisers(
  struct: Struct,
  fields: Fields,
  pointers: Pointers,
  path = '',
): string[] {
  return Object.entries(struct.members).flatMap(([name, type]) => {
    const value = fields[name];
    const at = `${path}.${name}`;
    if (isStruct(type)) return initialisers(type, value as Fields, pointers, at);
    if (typeof type !== 'string') {
      const items = (value as readonly number[]).map((item) => numberText(type[0], item, at));
      return [`${at} = { ${items.join(', ')} }`];
    }
    const text = type.endsWith('*')
      ? pointerText(type, value, pointers)
      : numberText(type, value as number, at);
    return [`${at} = ${text}`];
  });
}

function pointerText(type: string, value: unknown, { constants, scratch }: Pointers): string {
  if (!isScratchPlace(value)) return constants.nameOf(value as ConstantArray);
  return scratch(type.replace(/^const (.*) \*$/, '$1'), value.scratchAt);
}

function numberText(type: string, value: number, at: string): string {
  const limits = LIMITS[type];
  if (!limits) return floatLiteral(value);
  const fits = Number.isInteger(value) && value >= limits[0] && value <= limits[1];
  assert(fits, `${at} = ${value} does not fit ${type}`);
  return type === 'uint32_t' ? `${value}u` : int32Literal(value);
}
