import { withNodes } from '../../ir/graph.ts';
import type { Graph, Node, TensorId } from '../../ir/types.ts';
import { valueBytes } from '../../ir/values.ts';
import { operandIds } from './ranges.ts';
import type { Facts } from './ranges.ts';

/** The graph without the nodes whose outputs are always the same: their readers read constants. */
export function foldKnown(graph: Graph, { known }: Facts): Graph {
  const isKnown = ({ outputs }: Node) => outputs.every((id) => known.has(id));
  // What a node needs that stays though its outputs are known: outputs and states are written.
  const states = graph.states.map(({ write }) => write);
  const needed = new Set<TensorId>([...graph.outputs, ...states]);
  const folded = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    if (!isKnown(node)) continue;
    if (node.outputs.some((id) => needed.has(id))) operandIds(node).forEach((id) => needed.add(id));
    else folded.add(node);
  }
  if (folded.size === 0) return graph;
  const tensors = new Map(graph.tensors);
  for (const id of [...folded].flatMap(({ outputs }) => outputs))
    tensors.set(id, { ...tensors.get(id)!, data: valueBytes(known.get(id)!) });
  const nodes = graph.nodes.filter((node) => !folded.has(node));
  return withNodes(graph, nodes, tensors);
}
