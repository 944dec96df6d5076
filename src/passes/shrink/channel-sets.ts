import { typedNode } from '../../ir/graph.ts';
import type { Graph, TensorId } from '../../ir/types.ts';
import { channelCount } from '../../ops/channels.ts';
import { opOf } from '../../ops/index.ts';
import { operandPlaces } from './ranges.ts';

/**
 * The channels of a graph in sets that stay or go together: those that an addition joins, those
 * that a pool or a depthwise convolution hands on. Weights and biases have none.
 */
export class ChannelSets {
  /** Number of the first channel of each tensor. */
  readonly #first = new Map<TensorId, number>();
  readonly #counts = new Map<TensorId, number>();
  readonly #parents: number[] = [];

  constructor(graph: Graph) {
    for (const id of graph.inputs) this.#add(graph, id);
    for (const { read } of graph.states) this.#add(graph, read);
    for (const node of graph.nodes) {
      const places = operandPlaces(node.op, node.inputs);
      const operands = places.map((place) => node.inputs[place]!);
      for (const id of [...operands, ...node.outputs]) this.#add(graph, id);
      const flow = opOf(node.op).channels?.flow?.(typedNode(graph, node));
      if (flow?.kind !== 'carries') continue;
      for (const { input, from, output, to } of flow.links)
        this.#join(
          this.#number(node.inputs[input]!, from),
          this.#number(node.outputs[output]!, to),
        );
    }
  }

  /** The tensors that have channels, in the order of the graph. */
  get tensors(): Iterable<TensorId> {
    return this.#first.keys();
  }

  /** Which set a channel belongs to. */
  setOf(tensor: TensorId, channel: number): number {
    return this.#root(this.#number(tensor, channel));
  }

  /** Whether a tensor has channels: whether it is computed, or more than weights. */
  has(tensor: TensorId): boolean {
    return this.#first.has(tensor);
  }

  /** The sets of a tensor's channels, in order. */
  setsOf(tensor: TensorId): number[] {
    return Array.from({ length: this.#counts.get(tensor)! }, (_, c) => this.setOf(tensor, c));
  }

  #number(tensor: TensorId, channel: number): number {
    return this.#first.get(tensor)! + channel;
  }

  #add(graph: Graph, id: TensorId): void {
    if (this.#first.has(id)) return;
    const count = channelCount(graph.tensors.get(id)!);
    this.#first.set(id, this.#parents.length);
    this.#counts.set(id, count);
    for (let c = 0; c < count; c++) this.#parents.push(this.#parents.length);
  }

  #root(number: number): number {
    let root = number;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    this.#parents[number] = root;
    return root;
  }

  #join(a: number, b: number): void {
    const [x, y] = [this.#root(a), this.#root(b)];
    this.#parents[Math.max(x, y)] = Math.min(x, y);
  }
}
