import { InternalError } from '../support/diagnostics.ts';
import { byteLength } from './types.ts';
import type { Graph, State, TensorId } from './types.ts';
import { printGraph, printType } from './print.ts';

/** Checks the invariants of a graph; `after` names the stage to blame. Throws InternalError. */
export function verifyGraph(graph: Graph, after: string): Graph {
  const problem = firstProblem(graph);
  if (problem) throw new InternalError(`after ${after}: ${problem}\n${printGraph(graph)}`);
  return graph;
}

function firstProblem(graph: Graph): string | undefined {
  const defined = new Set<TensorId>(graph.inputs);
  const unknown = graph.inputs.find((id) => !graph.tensors.has(id));
  if (unknown !== undefined) return `the input %${unknown} has no type`;
  for (const [id, tensor] of graph.tensors) {
    if (tensor.id !== id) return `%${id} calls itself %${tensor.id}`;
    if (!tensor.data) continue;
    defined.add(tensor.id);
    if (tensor.data.length !== byteLength(tensor))
      return `constant %${tensor.id} has the wrong size`;
  }
  for (const { read } of graph.states) {
    if (!graph.tensors.has(read)) return `the state %${read} has no type`;
    if (defined.has(read)) return `the state %${read} is something else, too`;
    defined.add(read);
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
  if (missing !== undefined) return `output %${missing} is never written`;
  return graph.states.map((state) => stateProblem(graph, state, defined)).find(Boolean);
}

function stateProblem(
  { tensors }: Graph,
  { read, write, initial }: State,
  defined: ReadonlySet<TensorId>,
): string | undefined {
  const [now, next] = [tensors.get(read)!, tensors.get(write)];
  if (!next || !defined.has(write)) return `what the state %${read} is next is never written`;
  if (next.data) return `the state %${read} becomes the constant %${write}`;
  if (printType(now) !== printType(next))
    return `the state %${read} is ${printType(now)}, and becomes %${write}, ${printType(next)}`;
  if (initial && initial.length !== byteLength(now))
    return `the state %${read} begins with ${initial.length} bytes of ${byteLength(now)}`;
  return undefined;
}
