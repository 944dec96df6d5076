import { withNodes } from '../ir/graph.ts';
import type { Graph, TensorId } from '../ir/types.ts';
import type { Pass } from './pass.ts';

// f(x) that nothing reads  =>  nothing
export const removeDead: Pass = {
  name: 'remove-dead',
  summary: 'Nodes and states that no output depends on go',
  run(graph) {
    const needed = neededBy(graph, graph.outputs);
    const states = graph.states.filter(({ read }) => needed.has(read));
    const nodes = graph.nodes.filter(({ outputs }) => outputs.some((id) => needed.has(id)));
    return withNodes({ ...graph, states }, nodes);
  },
};

// Everything that the tensors depend on, in this inference and in those before.
function neededBy(graph: Graph, ids: readonly TensorId[]): Set<TensorId> {
  const needed = new Set(ids);
  for (const { inputs, outputs } of [...graph.nodes].reverse()) {
    if (!outputs.some((id) => needed.has(id))) continue;
    for (const id of inputs) if (id !== undefined) needed.add(id);
  }
  const kept = graph.states.filter(({ read, write }) => needed.has(read) && !needed.has(write));
  return kept.length === 0
    ? needed
    : neededBy(graph, [...needed, ...kept.map(({ write }) => write)]);
}
