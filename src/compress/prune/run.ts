import { tensorOf } from '../../ir/graph.ts';
import type { Graph, Node, TensorId, TypedNode, Value } from '../../ir/types.ts';
import { byteLength } from '../../ir/types.ts';
import { constantValue, initialBytes, valueFromBytes } from '../../ir/values.ts';
import { opOf } from '../../ops/index.ts';
import type { Turn } from './refit.ts';

/** A tensor's contents for each input. */
export type Values = readonly Value[];

/** Runs a graph node by node, each node for all inputs: what no later node reads is forgotten. */
export class Run {
  readonly #values = new Map<TensorId, Values>();
  readonly #last = new Map<TensorId, Node>();

  readonly #count: number;

  /** `inputs`: raw bytes, all inputs of the graph one after the other. */
  constructor(
    readonly graph: Graph,
    inputs: readonly Uint8Array[],
  ) {
    for (const node of graph.nodes)
      for (const id of node.inputs) if (id !== undefined) this.#last.set(id, node);
    this.#count = inputs.length;
    let offset = 0;
    for (const id of graph.inputs) {
      const tensor = tensorOf(graph, id);
      const [from, to] = [offset, (offset += byteLength(tensor))];
      this.#values.set(
        id,
        inputs.map((bytes) => valueFromBytes(tensor, bytes.subarray(from, to))),
      );
    }
    // Each input is the first one.
    for (const state of graph.states) {
      const type = tensorOf(graph, state.read);
      const initial = valueFromBytes(type, initialBytes(type, state));
      this.#values.set(
        state.read,
        inputs.map(() => initial),
      );
    }
  }

  /** What a tensor holds now. */
  values(id: TensorId): Values {
    return this.#values.get(id)!;
  }

  /** Computes a node from what its inputs hold. */
  async step(node: TypedNode, turn: Turn): Promise<void> {
    const constants = node.inputs.map((tensor) =>
      tensor?.data ? constantValue(tensor) : undefined,
    );
    const operands = node.inputs.map((tensor) => tensor && this.#values.get(tensor.id));
    const outputs = node.outputs.map((): Value[] => []);
    for (let i = 0; i < this.#count; i++) {
      const inputs = operands.map((values, k) => constants[k] ?? values?.[i]);
      opOf(node.op)
        .evaluate(node, inputs)
        .forEach((value, k) => outputs[k]!.push(value));
      await turn();
    }
    node.outputs.forEach(({ id }, k) => this.#values.set(id, outputs[k]!));
  }

  /** Takes what a tensor holds from another run. */
  takeValues(id: TensorId, from: Run): void {
    this.#values.set(id, from.values(id));
  }

  /** Whether a tensor holds what it holds in another run, because it was taken from there. */
  holdsSame(id: TensorId, other: Run): boolean {
    return this.#values.get(id) === other.#values.get(id);
  }

  /** Forgets what only this node and those before it read. */
  release(node: Node): void {
    for (const id of node.inputs)
      if (id !== undefined && this.#last.get(id) === node && !this.#keeps(id))
        this.#values.delete(id);
  }

  #keeps(id: TensorId): boolean {
    return this.graph.outputs.includes(id);
  }
}
