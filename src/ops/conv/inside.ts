import type { TypedNode } from '../../ir/types.ts';
import type { Window } from './geometry.ts';

/** The output columns, from and to, whose windows have all of their columns inside the input. */
export function insideColumns({ attrs, inputs, outputs }: TypedNode<Window>): [number, number] {
  const [width, columns] = [inputs[0]!.shape[2]!, outputs[0]!.shape[2]!];
  const [stride, left] = [attrs.stride[1], attrs.padding[1]];
  const reach = (attrs.kernel[1] - 1) * attrs.dilation[1] + 1;
  const first = Math.min(columns, Math.ceil(left / stride));
  const end = Math.floor((width + left - reach) / stride) + 1;
  return [first, Math.min(columns, Math.max(first, end))];
}
