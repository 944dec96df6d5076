import { GraphBuilder, tensorOf, typedNode } from '../ir/graph.ts';
import { planeRows } from '../ir/types.ts';
import type { Graph, Node, TensorType } from '../ir/types.ts';
import { rejectNode } from '../ops/check-node.ts';
import { opOf } from '../ops/index.ts';
import { Unsupported } from '../ops/op.ts';

/** Rows and columns of an image. */
export type Size = readonly [height: number, width: number];

/**
 * Sizes below that of a graph's image, largest first, at which every layer halves as it does now: what
 * windows and padding are made for. Empty where the input is no image.
 */
export function smallerSizes(graph: Graph): Size[] {
  const image = imageOf(graph);
  if (!image) return [];
  const [, height = 0, width = 0] = image.shape;
  const rows = graph.nodes.flatMap(({ outputs }) => {
    const rows = planeRows(tensorOf(graph, outputs[0]!));
    return rows > 1 ? [rows] : [];
  });
  const step = 2 ** Math.max(0, Math.round(Math.log2(height / Math.min(height, ...rows))));
  const sizes: Size[] = [];
  for (let y = height - step; y >= step; y -= step) {
    const x = width - step * Math.round(((height - y) * width) / height / step);
    if (x >= step) sizes.push([y, x]);
  }
  return sizes;
}

/**
 * The graph as it would be for a smaller image, its weights as they are: good for what it takes, not
 * for what it says. Undefined where a layer hangs on the size.
 */
export function withSmallerInput(graph: Graph, [height, width]: Size): Graph | undefined {
  const image = imageOf(graph);
  if (!image) return undefined;
  const builder = new GraphBuilder(graph);
  builder.setTensor({ ...image, shape: [1, height, width, ...image.shape.slice(3)] });
  for (const node of graph.nodes) {
    const resized = resize(node, graph, builder);
    if (!resized) return undefined;
    builder.nodes.push(resized);
  }
  return builder.finish(graph.name, graph.inputs, graph.outputs);
}

function imageOf(graph: Graph) {
  const [id, ...others] = graph.inputs;
  if (id === undefined || others.length > 0 || graph.states.length > 0) return undefined;
  const input = tensorOf(graph, id);
  return input.shape.length === 4 && input.shape[0] === 1 ? input : undefined;
}

// The node with the shapes that now follow from its inputs'; what spans its whole input still does.
function resize(node: Node, graph: Graph, builder: GraphBuilder): Node | undefined {
  const type = (id: number | undefined): TensorType | undefined =>
    id === undefined ? undefined : builder.tensor(id);
  const resized = { ...node, attrs: spanning(node, graph, builder) };
  try {
    const shapes = opOf(node.op).inferShapes(resized.attrs, node.inputs.map(type));
    node.outputs.forEach((id, i) =>
      builder.setTensor({ ...builder.tensor(id), shape: shapes[i]! }),
    );
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
  return rejectNode(typedNode(builder, resized)) === undefined ? resized : undefined;
}

function spanning({ attrs, inputs }: Node, graph: Graph, builder: GraphBuilder): unknown {
  const [id, ...operands] = inputs;
  const { kernel } = attrs as { readonly kernel?: readonly number[] };
  if (id === undefined || operands.length > 0 || kernel === undefined) return attrs;
  const [before, after] = [tensorOf(graph, id).shape, builder.tensor(id).shape];
  const spans = kernel.map((size, i) => (size === before[i + 1] ? after[i + 1]! : size));
  return { ...(attrs as object), kernel: spans };
}
