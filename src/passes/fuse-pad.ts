import { countUses, typedNode, withNodes } from '../ir/graph.ts';
import type { Graph, Node, TypedNode } from '../ir/types.ts';
import { conv2d } from '../ops/conv/conv2d.ts';
import { depthwiseConv2d } from '../ops/conv/depthwise.ts';
import type { Window } from '../ops/conv/geometry.ts';
import { isOp } from '../ops/op.ts';
import { pad } from '../ops/shape/pad.ts';
import type { PadAttrs } from '../ops/shape/pad.ts';
import type { Pass } from './pass.ts';

// conv2d(pad(x) {p}) {q}  =>  conv2d(x) {p + q}, for zeros around the rows and columns
export const fusePad: Pass = {
  name: 'fuse-pad',
  summary: 'Zero padding before a convolution becomes the convolution’s own',
  run(graph) {
    const uses = countUses(graph);
    const pads = new Map(
      graph.nodes
        .map((node) => typedNode(graph, node))
        .filter((node): node is TypedNode<PadAttrs> => isOp(node, pad) && isSpatialZero(node.attrs))
        .map((node) => [node.outputs[0]!.id, node]),
    );
    const nodes = graph.nodes.map((node) => {
      const source = pads.get(node.inputs[0]!);
      const fuses = source && uses.get(source.outputs[0]!.id) === 1 && isConvolution(graph, node);
      return fuses ? absorb(node as Node<Window>, source) : node;
    });
    const read = new Set(nodes.flatMap((node) => node.inputs));
    const kept = nodes.filter((node) => {
      const absorbed = pads.has(node.outputs[0]!) && !read.has(node.outputs[0]);
      return !absorbed || graph.outputs.includes(node.outputs[0]!);
    });
    return withNodes(graph, kept);
  },
};

function isConvolution(graph: Graph, node: Node): boolean {
  const typed = typedNode(graph, node);
  return isOp(typed, conv2d) || isOp(typed, depthwiseConv2d);
}

function isSpatialZero({ before, after, value = 0 }: PadAttrs): boolean {
  const flat = [0, 3].every((axis) => before[axis] === 0 && after[axis] === 0);
  return before.length === 4 && flat && value === 0;
}

function absorb(node: Node<Window>, { attrs, inputs }: TypedNode<PadAttrs>): Node {
  const [top, left, bottom, right] = node.attrs.padding;
  const { before, after } = attrs;
  const padding = [top + before[1]!, left + before[2]!, bottom + after[1]!, right + after[2]!];
  return {
    ...node,
    attrs: { ...node.attrs, padding },
    inputs: [inputs[0]!.id, ...node.inputs.slice(1)],
  };
}
