import { withNodes } from '../ir/graph.ts';
import type { Node, TensorId } from '../ir/types.ts';
import type { Pass } from './pass.ts';

// f(x) that nothing reads  =>  nothing
export const removeDead: Pass = {
  name: 'remove-dead',
  summary: 'Nodes that no output depends on go',
  run(graph) {
    const needed = new Set<TensorId>(graph.outputs);
    const nodes: Node[] = [];
    for (const node of [...graph.nodes].reverse()) {
      if (!node.outputs.some((id) => needed.has(id))) continue;
      for (const id of node.inputs) if (id !== undefined) needed.add(id);
      nodes.unshift(node);
    }
    return withNodes(graph, nodes);
  },
};
