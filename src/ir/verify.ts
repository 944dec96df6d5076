import { InternalError } from '../support/diagnostics.ts';
import { byteLength } from './types.ts';
import type { Graph, TensorId } from './types.ts';
import { printGraph } from './print.ts';

/** Checks the invariants of a graph; `after` names the stage to blame. Throws InternalError. */
export function verifyGraph(graph: Graph, after: string): Graph {
  const problem = firstProblem(graph);
  if (problem) throw new InternalError(`after ${after}: ${problem}\n${printGraph(graph)}`);
  return graph;
}

function firstProblem(graph: Graph): string | undefined {
  const defined = new Set<TensorId>(graph.inputs);
  for (const tensor of graph.tensors.values()) {
    if (!tensor.data) continue;
    defined.add(tensor.id);
    if (tensor.data.length !== byteLength(tensor))
      return `constant %${tensor.id} has the wrong size`;
  }
  for (const node of graph.nodes) {
    for (const id of node.inputs) {
      if (id !== undefined && !defined.has(id))
        return `${node.op} reads %${id} before it is written`;
    }
    for (const id of node.outputs) {
      if (!graph.tensors.has(id)) return `${node.op} writes the unknown tensor %${id}`;
      if (defined.has(id)) return `%${id} is written twice`;
      defined.add(id);
    }
  }
  const missing = graph.outputs.find((id) => !defined.has(id));
  return missing === undefined ? undefined : `output %${missing} is never written`;
}
