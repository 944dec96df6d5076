import type { Tensor, TypedNode } from '../ir/types.ts';
import { isOp } from '../ops/op.ts';
import { concat } from '../ops/shape/concat.ts';
import type { ConcatAttrs } from '../ops/shape/concat.ts';
import { product } from '../support/bytes.ts';

/** A slab of a tensor: the elements `begin` to `end` of every `period`. */
export interface Part {
  /** The operand that it came from; undefined for the whole tensor. */
  readonly operand?: Tensor;
  readonly begin: number;
  readonly end: number;
  readonly period: number;
}

export const WHOLE: Part = { begin: 0, end: Infinity, period: Infinity };

/** What the operands of a concatenation became in its output; nothing for other operators. */
export function operandParts(node: TypedNode): Part[] {
  if (!isOp<ConcatAttrs>(node, concat)) return [];
  const { axis } = node.attrs;
  const { shape } = node.outputs[0]!;
  const inner = product(shape.slice(axis + 1));
  let begin = 0;
  return node.inputs.map((operand) => {
    const end = begin + operand!.shape[axis]! * inner;
    const part = { operand: operand!, begin, end, period: shape[axis]! * inner };
    begin = end;
    return part;
  });
}

/** Calls with the index of each element of a part, in a tensor of `length` elements. */
export function forEachElement(
  { begin, end, period }: Part,
  length: number,
  visit: (index: number) => void,
): void {
  for (let start = 0; start < length; start += period) {
    const last = Math.min(length, start + end);
    for (let i = start + begin; i < last; i++) visit(i);
  }
}
