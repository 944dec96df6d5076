import { GraphBuilder, typedNode } from '../ir/graph.ts';
import type { Graph, Node, Tensor, TypedNode } from '../ir/types.ts';
import { bytesPerElement } from '../ir/types.ts';
import { conv2d } from '../ops/conv/conv2d.ts';
import { depthwiseConv2d } from '../ops/conv/depthwise.ts';
import type { DepthwiseAttrs } from '../ops/conv/depthwise.ts';
import { isOp } from '../ops/op.ts';
import type { Pass } from './pass.ts';

// depthwise_conv2d(x [n, y, x, 1], w [1, ky, kx, o])  =>  conv2d(x, w [o, ky, kx, 1])
export const convertDepthwise: Pass = {
  name: 'convert-depthwise',
  summary: 'A depthwise convolution of one channel becomes a convolution, which has faster kernels',
  run(graph) {
    const builder = new GraphBuilder(graph);
    for (const node of graph.nodes) builder.nodes.push(convert(graph, node, builder));
    return builder.finish(graph.name, graph.inputs, graph.outputs);
  },
};

function convert(graph: Graph, node: Node, builder: GraphBuilder): Node {
  const typed = typedNode(graph, node);
  if (!isOp(typed, depthwiseConv2d) || typed.inputs[0]!.shape[3] !== 1) return node;
  const weights = builder.addTensor(...channelsFirst(typed));
  return { ...node, op: conv2d.name, inputs: [node.inputs[0], weights, ...node.inputs.slice(2)] };
}

// The weights [1, ky, kx, o] as [o, ky, kx, 1].
function channelsFirst({
  inputs,
}: TypedNode<DepthwiseAttrs>): [string, Omit<Tensor, 'id' | 'name'>, Uint8Array] {
  const { name, dtype, shape, quant, data } = inputs[1]!;
  const [, ky = 1, kx = 1, outputs = 1] = shape;
  const bytes = bytesPerElement(dtype);
  const turned = new Uint8Array(data!.length);
  for (let tap = 0; tap < ky * kx; tap++)
    for (let o = 0; o < outputs; o++) {
      const from = (tap * outputs + o) * bytes;
      turned.set(data!.subarray(from, from + bytes), (o * ky * kx + tap) * bytes);
    }
  const type = {
    dtype,
    shape: [outputs, ky, kx, 1],
    ...(quant && { quant: { ...quant, axis: 0 } }),
  };
  return [name, type, turned];
}
