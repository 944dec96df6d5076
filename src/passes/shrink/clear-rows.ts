import { GraphBuilder, typedNode } from '../../ir/graph.ts';
import { weightZeroPoint } from '../../ir/types.ts';
import type { Graph, Node, TypedNode } from '../../ir/types.ts';
import { bytesOf, product } from '../../support/bytes.ts';
import { clamp } from '../../support/fixed-point.ts';
import { opOf } from '../../ops/index.ts';
import { biasOf, int8Weights } from '../../ops/weighted.ts';
import { operandsOf } from './ranges.ts';
import type { Facts } from './ranges.ts';

/**
 * The graph with zeros for the weights of output channels that are always the same, and one of their
 * sums as bias: what they read nobody needs for them.
 */
export function clearRows(graph: Graph, facts: Facts): Graph {
  const builder = new GraphBuilder(graph);
  for (const node of graph.nodes) builder.nodes.push(clear(builder, graph, node, facts) ?? node);
  const changed = builder.nodes.some((node, i) => node !== graph.nodes[i]);
  return changed ? builder.finish(graph.name, graph.inputs, graph.outputs) : graph;
}

function clear(
  builder: GraphBuilder,
  graph: Graph,
  node: Node,
  { ranges }: Facts,
): Node | undefined {
  const { channels, weights: places } = opOf(node.op);
  const typed = typedNode(graph, node);
  const weights = places && typed.inputs[places.input];
  const fits = weights?.dtype === 'int8' && typed.inputs[0]!.dtype === 'int8';
  if (!channels?.sums || !fits || Math.abs(weightZeroPoint(weights)) > 127) return undefined;
  const operands = operandsOf(typed).map(({ id }) => ranges.get(id)!);
  // By its sums alone: an output that is known by other means may need the very sum that it has.
  const { low, high } = channels.ranges(typed, operands)[0]!;
  const constant = Array.from(low.keys()).filter((row) => low[row] === high[row]);
  const cleared = clearWeights(typed, places!.axis, constant);
  if (!cleared) return undefined;
  const sums = channels.sums(typed, operands);
  const bias = biasOf(typed, low.length);
  for (const row of constant) bias[row] = clamp(0, sums.low[row]!, sums.high[row]!);
  const { name, ...type } = weights;
  const oldBias = typed.inputs[places!.bias!];
  const biasType = oldBias ?? { dtype: 'int32' as const, shape: [low.length] };
  const inputs = [...node.inputs];
  inputs[places!.input] = builder.addTensor(name, type, bytesOf(cleared));
  if (oldBias || bias.some((sum) => sum !== 0))
    inputs[places!.bias!] = builder.addTensor(
      oldBias?.name ?? `${name} bias`,
      biasType,
      bytesOf(bias),
    );
  return { ...node, inputs };
}

// Undefined when there is nothing left to clear.
function clearWeights(
  node: TypedNode,
  axis: number,
  rows: readonly number[],
): Int8Array | undefined {
  const { shape } = node.inputs[1]!;
  const weights = int8Weights(node);
  const step = product(shape.slice(axis + 1));
  const period = step * shape[axis]!;
  const zero = weightZeroPoint(node.inputs[1]!);
  let changed = false;
  for (const row of rows) {
    for (let at = row * step; at < weights.length; at += period)
      for (let i = at; i < at + step; i++) {
        changed ||= weights[i] !== zero;
        weights[i] = zero;
      }
  }
  return changed ? weights : undefined;
}
