import { withNodes } from '../../ir/graph.ts';
import type { Graph, TensorId } from '../../ir/types.ts';

/** The graph with one constant for equal ones that `before` did not have: nodes may share weights. */
export function shareConstants(graph: Graph, before: Graph): Graph {
  const first = new Map<string, TensorId>();
  const same = new Map<TensorId, TensorId>();
  for (const { id, data, ...tensor } of graph.tensors.values()) {
    if (!data || before.tensors.has(id)) continue;
    const key = JSON.stringify([tensor, Buffer.from(data).toString('base64')]);
    const found = first.get(key);
    if (found === undefined) first.set(key, id);
    else same.set(id, found);
  }
  if (same.size === 0) return graph;
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((id) => (id === undefined ? undefined : (same.get(id) ?? id))),
  }));
  return withNodes(graph, nodes);
}
