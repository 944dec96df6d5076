import { GraphBuilder, typedNode } from '../../ir/graph.ts';
import type { Graph, Node, TensorId } from '../../ir/types.ts';
import { channelCount } from '../../ops/channels.ts';
import { opOf } from '../../ops/index.ts';
import { operandPlaces } from './ranges.ts';
import type { Facts } from './ranges.ts';
import { takeAlong } from './take-along.ts';
import { takeWeights } from './take-weights.ts';

/** The channels that stay of each tensor that has any, in order. */
export type KeptChannels = ReadonlyMap<TensorId, readonly number[]>;

/**
 * The graph without the other channels. What constant ones added to sums goes into the biases.
 * Tensors with fewer channels are new ones, of the same name.
 */
export function keepChannels(graph: Graph, kept: KeptChannels, facts: Facts): Graph {
  const builder = new GraphBuilder(graph);
  const smaller = new Map<TensorId, TensorId>();
  for (const [id, channels] of kept) {
    const tensor = builder.tensor(id);
    if (channels.length === channelCount(tensor)) continue;
    const { name, data, ...type } = takeAlong(tensor, tensor.shape.length - 1, channels);
    smaller.set(id, builder.addTensor(name, type, data));
  }
  for (const node of graph.nodes) {
    const places = operandPlaces(node.op, node.inputs);
    const changes = [...places.map((place) => node.inputs[place]!), ...node.outputs].some((id) =>
      smaller.has(id),
    );
    builder.nodes.push(changes ? shrinkNode({ builder, graph, kept, smaller, facts }, node) : node);
  }
  return builder.finish(graph.name, graph.inputs, graph.outputs);
}

interface Rewrite {
  readonly builder: GraphBuilder;
  readonly graph: Graph;
  readonly kept: KeptChannels;
  readonly smaller: ReadonlyMap<TensorId, TensorId>;
  readonly facts: Facts;
}

function shrinkNode({ builder, graph, kept, smaller, facts }: Rewrite, node: Node): Node {
  const typed = typedNode(graph, node);
  const { weights: places, channels } = opOf(node.op);
  const inputs = node.inputs.map((id) => (id === undefined ? id : (smaller.get(id) ?? id)));
  if (places) {
    const [input, output] = [node.inputs[0]!, node.outputs[0]!];
    const rows = kept.get(output)!;
    const ranges = facts.ranges.get(input)!;
    const { weights, bias } = takeWeights(typed, { rows, columns: kept.get(input)!, ranges });
    const add = ({ name, data, ...type }: typeof weights) => builder.addTensor(name, type, data);
    inputs[places.input] = add(weights);
    if (bias) inputs[places.bias!] = add(bias);
  }
  const lists = (ids: Node['inputs']) => ids.map((id) => kept.get(id!) ?? []);
  const attrs = channels!.keep?.(typed, {
    inputs: lists(node.inputs),
    outputs: lists(node.outputs),
  });
  const outputs = node.outputs.map((id) => smaller.get(id) ?? id);
  return { ...node, attrs: attrs ?? node.attrs, inputs, outputs };
}
