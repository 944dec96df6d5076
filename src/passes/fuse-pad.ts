import { countUses, typedNode, withNodes } from '../ir/graph.ts';
import { perTensor, sameQuantization } from '../ir/types.ts';
import type { Graph, Node, Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { floats, constantValue } from '../ir/values.ts';
import { rejectNode } from '../ops/check-node.ts';
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
    const pads = zeroPads(graph);
    const absorbed = new Set<TensorId>();
    const nodes = graph.nodes.map((node) => {
      let fused = node;
      for (;;) {
        const source = pads.get(fused.inputs[0]!);
        if (!source || uses.get(source.outputs[0]!.id) !== 1) return fused;
        const next = absorb(graph, fused, source);
        if (!next) return fused;
        absorbed.add(source.outputs[0]!.id);
        fused = next;
      }
    });
    return withNodes(
      graph,
      nodes.filter(({ outputs }) => !absorbed.has(outputs[0]!)),
    );
  },
};

// The pads whose border a convolution's own padding equals, by their output.
function zeroPads(graph: Graph): Map<TensorId, TypedNode<PadAttrs>> {
  const pads = new Map<TensorId, TypedNode<PadAttrs>>();
  for (const node of graph.nodes) {
    const typed = typedNode(graph, node);
    if (isOp(typed, pad) && isSpatialZero(typed)) pads.set(typed.outputs[0]!.id, typed);
  }
  return pads;
}

// A convolution takes its padding for the zero of its input's type: the pad has to write that zero,
// and to leave the type as it is.
function isSpatialZero({ attrs, inputs, outputs }: TypedNode<PadAttrs>): boolean {
  const { before, after, value = 0 } = attrs;
  const flat = [0, 3].every((axis) => before[axis] === 0 && after[axis] === 0);
  const { zeroPoint } = perTensor(outputs[0]!);
  const zero = value === 0 && zeroPoint >= -128 && zeroPoint <= 127;
  return before.length === 4 && flat && zero && sameQuantization(inputs[0]!, outputs[0]!);
}

// The convolution that pads for itself; undefined when the node is none, or cannot.
function absorb(graph: Graph, node: Node, source: TypedNode<PadAttrs>): Node | undefined {
  const typed = typedNode(graph, node);
  if (!isOp(typed, conv2d) && !isOp(typed, depthwiseConv2d)) return undefined;
  if (!isFinite(typed.inputs[1]!)) return undefined;
  const fused = { ...typed, attrs: padMore(typed.attrs, source.attrs) };
  if (rejectNode({ ...fused, inputs: [source.inputs[0], ...typed.inputs.slice(1)] }))
    return undefined;
  const inputs = [source.inputs[0]!.id, ...node.inputs.slice(1)];
  return { ...node, attrs: fused.attrs, inputs };
}

function padMore<Attrs extends Window>(attrs: Attrs, { before, after }: PadAttrs): Attrs {
  const [top, left, bottom, right] = attrs.padding;
  const padding = [top + before[1]!, left + before[2]!, bottom + after[1]!, right + after[2]!];
  return { ...attrs, padding };
}

// A zero times an infinite weight is NaN, and counts; what lies outside the input never does.
function isFinite(weights: Tensor): boolean {
  return weights.dtype !== 'float32' || floats(constantValue(weights)).every(Number.isFinite);
}
