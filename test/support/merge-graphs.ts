import type { Graph, Node, State, Tensor, TensorId } from '../../src/ir/types.ts';

/** Graphs side by side as one: one build and one boot run all of them. */
export function mergeGraphs(graphs: readonly Graph[]): Graph {
  const tensors = new Map<TensorId, Tensor>();
  const nodes: Node[] = [];
  const inputs: TensorId[] = [];
  const outputs: TensorId[] = [];
  const states: State[] = [];
  let offset = 0;
  for (const graph of graphs) {
    const shift = (id: TensorId) => id + offset;
    const base = offset;
    for (const tensor of graph.tensors.values())
      tensors.set(tensor.id + base, { ...tensor, id: tensor.id + base });
    for (const node of graph.nodes)
      nodes.push({
        ...node,
        inputs: node.inputs.map((id) => (id === undefined ? undefined : id + base)),
        outputs: node.outputs.map((id) => id + base),
      });
    inputs.push(...graph.inputs.map(shift));
    outputs.push(...graph.outputs.map(shift));
    for (const { read, write, ...rest } of graph.states)
      states.push({ read: shift(read), write: shift(write), ...rest });
    offset += 1 + Math.max(-1, ...graph.tensors.keys());
  }
  return { name: 'merged', tensors, nodes, inputs, outputs, states };
}
