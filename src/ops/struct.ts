import type { ConstantArray } from './constant-array.ts';
import type { ScratchPlace } from './scratch-place.ts';

const SCALAR_BYTES = { int8_t: 1, int16_t: 2, int32_t: 4, uint32_t: 4, float: 4 } as const;

export type Scalar = keyof typeof SCALAR_BYTES;
type Pointer = `const ${Scalar} *`;
type Member = Scalar | Pointer | readonly [Scalar, number] | Struct;

/** A C struct with a layer's parameters: declared here once, printed into runtime/nn_kernels.h. */
export interface Struct<M = Readonly<Record<string, Member>>> {
  readonly name: string;
  /** What it is for, printed above it. */
  readonly comment: string;
  readonly members: M;
}

type FieldOf<T> =
  T extends Struct<infer M>
    ? FieldsOf<M>
    : T extends Pointer
      ? ConstantArray | ScratchPlace
      : T extends readonly [Scalar, number]
        ? readonly number[]
        : number;

/** The values of a struct's members, by their C names. */
export type FieldsOf<M> = { readonly [K in keyof M]: FieldOf<M[K]> };

/** The members as plain data, for whoever prints them. */
export type Fields = Readonly<Record<string, number | readonly number[] | ConstantArray | object>>;

/** Declares a struct; the members' order is C's. */
export function struct<const M extends Readonly<Record<string, Member>>>(
  name: string,
  comment: string,
  members: M,
): Struct<M> {
  return { name, comment, members };
}

/** Bytes and alignment on a 32-bit Arm (AAPCS32, section 5: members in order, naturally aligned). */
export function layoutOf(type: Member): { bytes: number; alignment: number } {
  if (typeof type === 'string') {
    const bytes = type.endsWith('*') ? 4 : SCALAR_BYTES[type as Scalar];
    return { bytes, alignment: bytes };
  }
  if (isArray(type)) {
    const bytes = SCALAR_BYTES[type[0]];
    return { bytes: bytes * type[1], alignment: bytes };
  }
  const end = { bytes: 0, alignment: 1 };
  const align = (alignment: number) => Math.ceil(end.bytes / alignment) * alignment;
  for (const member of Object.values(type.members)) {
    const { bytes, alignment } = layoutOf(member);
    end.bytes = align(alignment) + bytes;
    end.alignment = Math.max(end.alignment, alignment);
  }
  return { ...end, bytes: align(end.alignment) };
}

/** The structs that a struct holds, then itself: the order in which C has to read them. */
export function withInner(type: Struct): Struct[] {
  const inner = Object.values(type.members).filter(isStruct).flatMap(withInner);
  return [...inner, type];
}

/** The C declaration of a member. */
export function declare(name: string, type: Member): string {
  if (typeof type === 'string') return type.endsWith('*') ? `${type}${name}` : `${type} ${name}`;
  return isArray(type) ? `${type[0]} ${name}[${type[1]}]` : `${type.name} ${name}`;
}

export function isStruct(type: Member): type is Struct {
  return typeof type === 'object' && !isArray(type);
}

function isArray(type: Member): type is readonly [Scalar, number] {
  return Array.isArray(type);
}
