import { countUses, typedNode, withNodes } from '../ir/graph.ts';
import type { Node, TensorId, TypedNode } from '../ir/types.ts';
import { sameQuantization } from '../ir/types.ts';
import { combineActivations } from '../ops/activation/clamp.ts';
import type { Activation } from '../ops/activation/clamp.ts';
import { relu } from '../ops/activation/relu.ts';
import { isOp } from '../ops/op.ts';
import type { Pass } from './pass.ts';

interface Clamped {
  readonly activation: Activation;
}

// relu(f(x) {a})  =>  f(x) {a, relu}, when nothing else reads f(x) and both have one quantization
export const fuseRelu: Pass = {
  name: 'fuse-relu',
  summary: 'A clamp after an operator that can clamp becomes part of it',
  run(graph) {
    const uses = countUses(graph);
    // Where in `nodes` the writer of a tensor stands.
    const writers = new Map<TensorId, number>();
    const nodes: Node[] = [];
    for (const node of graph.nodes) {
      const typed = typedNode(graph, node);
      const at = uses.get(node.inputs[0]!) === 1 ? writers.get(node.inputs[0]!) : undefined;
      const fused = at !== undefined && isOp(typed, relu) ? fuse(typed, nodes[at]!) : undefined;
      const place = fused ? at! : nodes.length;
      nodes[place] = fused ?? node;
      for (const id of node.outputs) writers.set(id, place);
    }
    return withNodes(graph, nodes);
  },
};

// A relu that changes no scale only clamps, as every operator with an activation does to its first output.
function fuse(clamp: TypedNode<Clamped>, writer: Node): Node | undefined {
  const attrs = writer.attrs as Partial<Clamped>;
  const [first, ...others] = writer.outputs;
  if (clamp.inputs[0]!.id !== first) return undefined;
  const sameScale = sameQuantization(clamp.inputs[0]!, clamp.outputs[0]!);
  if (attrs.activation === undefined || !sameScale) return undefined;
  const activation = combineActivations(attrs.activation, clamp.attrs.activation);
  if (!activation) return undefined;
  return { ...writer, attrs: { ...attrs, activation }, outputs: [clamp.outputs[0]!.id, ...others] };
}
