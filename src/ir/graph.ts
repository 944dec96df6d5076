import { assert } from '../support/diagnostics.ts';
import type { Graph, Node, State, Tensor, TensorId, TensorType, TypedNode } from './types.ts';

export function tensorOf(graph: Pick<Graph, 'tensors'>, id: TensorId): Tensor {
  const tensor = graph.tensors.get(id);
  assert(tensor, `the graph has no tensor %${id}`);
  return tensor;
}

/** Looks up the tensors of a node. */
export function typedNode<Attrs>(
  graph: Pick<Graph, 'tensors'>,
  node: Node<Attrs>,
): TypedNode<Attrs> {
  return {
    op: node.op,
    attrs: node.attrs,
    origin: node.origin,
    inputs: node.inputs.map((id) => (id === undefined ? undefined : tensorOf(graph, id))),
    outputs: node.outputs.map((id) => tensorOf(graph, id)),
  };
}

export function typedNodes(graph: Graph): TypedNode[] {
  return graph.nodes.map((node) => typedNode(graph, node));
}

/** Builds graphs and rewrites: copies what it is given, never changes it. */
export class GraphBuilder {
  readonly #tensors: Map<TensorId, Tensor>;
  readonly nodes: Node[] = [];
  /** Those of the graph that it began with: a rewrite keeps them unless it means to change them. */
  states: readonly State[];
  #next: TensorId = 0;

  constructor(base?: Graph) {
    this.#tensors = new Map(base?.tensors);
    this.states = base?.states ?? [];
    for (const id of this.#tensors.keys()) this.#next = Math.max(this.#next, id + 1);
  }

  addTensor(name: string, type: TensorType, data?: Uint8Array): TensorId {
    const id = this.#next++;
    const { dtype, shape, quant } = type;
    this.setTensor({ id, name, dtype, shape, ...(quant && { quant }), ...(data && { data }) });
    return id;
  }

  setTensor(tensor: Tensor): void {
    this.#tensors.set(tensor.id, tensor);
    this.#next = Math.max(this.#next, tensor.id + 1);
  }

  tensor(id: TensorId): Tensor {
    const tensor = this.#tensors.get(id);
    assert(tensor, `no tensor %${id}`);
    return tensor;
  }

  get tensors(): ReadonlyMap<TensorId, Tensor> {
    return this.#tensors;
  }

  /** The graph, without the tensors that nothing mentions. */
  finish(name: string, inputs: readonly TensorId[], outputs: readonly TensorId[]): Graph {
    const used = new Set<TensorId | undefined>([...inputs, ...outputs]);
    for (const node of this.nodes) for (const id of [...node.inputs, ...node.outputs]) used.add(id);
    for (const { read, write } of this.states) used.add(read).add(write);
    const tensors = new Map([...this.#tensors].filter(([id]) => used.has(id)));
    return { name, tensors, nodes: this.nodes, inputs, outputs, states: this.states };
  }
}

/** How many times each tensor is read: by a node, as an output of the graph, to become a state. */
export function countUses(graph: Graph): Map<TensorId, number> {
  const uses = new Map<TensorId, number>();
  const add = (id: TensorId) => uses.set(id, (uses.get(id) ?? 0) + 1);
  for (const node of graph.nodes) for (const id of node.inputs) if (id !== undefined) add(id);
  graph.outputs.forEach(add);
  for (const { write } of graph.states) add(write);
  return uses;
}

/** The same graph with other nodes and, where given, other tensors. */
export function withNodes(graph: Graph, nodes: readonly Node[], tensors = graph.tensors): Graph {
  const builder = new GraphBuilder({ ...graph, tensors });
  for (const node of nodes) builder.nodes.push(node);
  return builder.finish(graph.name, graph.inputs, graph.outputs);
}
