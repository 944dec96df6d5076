import type { GraphBuilder } from '../ir/graph.ts';
import type { TensorId } from '../ir/types.ts';
import { copyAttributes } from '../ops/copy.ts';

/** Adds a node that copies a tensor, or a constant, to memory of its own. */
export function copyOf(builder: GraphBuilder, id: TensorId, file: string): TensorId {
  const { name, dtype, shape, quant } = builder.tensor(id);
  const type = { dtype, shape, ...(quant && { quant }) };
  const copy = builder.addTensor(name, type);
  const origin = { file, operator: builder.nodes.length, name };
  builder.nodes.push({ ...copyAttributes(type), inputs: [id], outputs: [copy], origin });
  return copy;
}
