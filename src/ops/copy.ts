import type { Node, TensorType } from '../ir/types.ts';
import { transpose } from './shape/transpose.ts';

/** A node's operator and attributes that copy a tensor of a type as it is. */
export function copyAttributes({ shape }: TensorType): Pick<Node, 'op' | 'attrs'> {
  return { op: transpose.name, attrs: { permutation: shape.map((_, axis) => axis) } };
}
