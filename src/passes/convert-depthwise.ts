import { GraphBuilder, typedNode } from '../ir/graph.ts';
import type { Graph, Node, Tensor, TensorId } from '../ir/types.ts';
import { bytesPerElement } from '../ir/types.ts';
import { rejectNode } from '../ops/check-node.ts';
import { conv2d } from '../ops/conv/conv2d.ts';
import { depthwiseConv2d } from '../ops/conv/depthwise.ts';
import { isOp } from '../ops/op.ts';
import type { Pass } from './pass.ts';

// depthwise_conv2d(x [n, y, x, 1], w [1, ky, kx, o])  =>  conv2d(x, w [o, ky, kx, 1])
export const convertDepthwise: Pass = {
  name: 'convert-depthwise',
  summary: 'A depthwise convolution of one channel becomes a convolution, which has faster kernels',
  run(graph) {
    const builder = new GraphBuilder(graph);
    const turned = new Map<TensorId, TensorId>();
    for (const node of graph.nodes) builder.nodes.push(convert(graph, node, { builder, turned }));
    return builder.finish(graph.name, graph.inputs, graph.outputs);
  },
};

interface Rewrite {
  readonly builder: GraphBuilder;
  /** The weights that have been turned already: nodes may share them. */
  readonly turned: Map<TensorId, TensorId>;
}

function convert(graph: Graph, node: Node, { builder, turned }: Rewrite): Node {
  const typed = typedNode(graph, node);
  if (!isOp(typed, depthwiseConv2d) || typed.inputs[0]!.shape[3] !== 1) return node;
  const weights = typed.inputs[1]!;
  const { name, data, ...type } = channelsFirst(weights);
  const id = turned.get(weights.id) ?? builder.addTensor(name, type, data);
  const inputs = [node.inputs[0], id, ...node.inputs.slice(2)];
  const converted = { ...node, op: conv2d.name, inputs };
  if (rejectNode(typedNode(builder, converted))) return node;
  turned.set(weights.id, id);
  return converted;
}

// The weights [1, ky, kx, o] as [o, ky, kx, 1].
function channelsFirst({ name, dtype, shape, quant, data }: Tensor): Omit<Tensor, 'id'> {
  const [, ky = 1, kx = 1, outputs = 1] = shape;
  const bytes = bytesPerElement(dtype);
  const turned = new Uint8Array(data!.length);
  for (let tap = 0; tap < ky * kx; tap++)
    for (let o = 0; o < outputs; o++) {
      const from = (tap * outputs + o) * bytes;
      turned.set(data!.subarray(from, from + bytes), (o * ky * kx + tap) * bytes);
    }
  return {
    ...{ name, dtype, shape: [outputs, ky, kx, 1], data: turned },
    ...(quant && { quant: { ...quant, axis: 0 } }),
  };
}
