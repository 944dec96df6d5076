import { typedNode } from '../ir/graph.ts';
import type { Graph, Node, TensorId } from '../ir/types.ts';
import { isOp } from '../ops/op.ts';
import { pad } from '../ops/shape/pad.ts';
import type { PadAttrs } from '../ops/shape/pad.ts';

/** Operators that move elements and make none. */
export const MOVING: readonly string[] = [
  'reshape',
  'transpose',
  'slice',
  'split',
  'depth_to_space',
  'space_to_depth',
];

/**
 * Tensors that hold the border of a PAD which only maximum pooling sees, with the border's value.
 * Such a border (PyTorch exports -infinity, or the least float) says "no element": it belongs into
 * no range, and the least value of the type says the same.
 */
export function poolingBorders(graph: Graph): Map<TensorId, number> {
  const readers = readersOf(graph);
  const borders = new Map<TensorId, number>();
  for (const node of graph.nodes) {
    const typed = typedNode(graph, node);
    if (!isOp<PadAttrs>(typed, pad) || !typed.attrs.value) continue;
    const value = Math.fround(typed.attrs.value);
    const reached = reach(node.outputs[0]!, graph, readers);
    reached?.forEach((id) => borders.set(id, value));
  }
  return borders;
}

function readersOf(graph: Graph): Map<TensorId, Node[]> {
  const readers = new Map<TensorId, Node[]>();
  for (const node of graph.nodes) {
    for (const id of new Set(node.inputs)) {
      if (id !== undefined) readers.set(id, [...(readers.get(id) ?? []), node]);
    }
  }
  return readers;
}

// The tensors that elements of one are moved to until they are pooled; undefined when another
// operator, or the user, sees them before that.
function reach(
  id: TensorId,
  graph: Graph,
  readers: ReadonlyMap<TensorId, readonly Node[]>,
): TensorId[] | undefined {
  if (graph.outputs.includes(id)) return undefined;
  const reached = [id];
  for (const { op, outputs } of readers.get(id) ?? []) {
    if (op === 'max_pool') continue;
    if (!MOVING.includes(op)) return undefined;
    for (const output of outputs) {
      const beyond = reach(output, graph, readers);
      if (!beyond) return undefined;
      reached.push(...beyond);
    }
  }
  return reached;
}
