import { GraphBuilder, typedNodes } from '../ir/graph.ts';
import type { Graph, Tensor, TensorId } from '../ir/types.ts';
import { constantValue } from '../ir/values.ts';
import { isOp } from '../ops/op.ts';
import { dequantize, quantize } from '../ops/quantize/quantize.ts';
import { bytesOf, product } from '../support/bytes.ts';

/** Whether a graph has quantized tensors. */
export function isQuantized({ tensors }: Graph): boolean {
  return [...tensors.values()].some(({ dtype, quant }) => dtype === 'int8' && quant);
}

/**
 * The float graph that a quantized one stands for: constants as the real numbers that they mean, activations
 * without rounding or saturation.
 */
export function toFloat(graph: Graph): Graph {
  const builder = new GraphBuilder();
  const same = new Map<TensorId, TensorId>();
  const real = (id: TensorId): TensorId => same.get(id) ?? id;
  for (const tensor of graph.tensors.values()) builder.setTensor(floatTensor(tensor));
  for (const node of typedNodes(graph)) {
    const inputs = node.inputs.map((tensor) => tensor && real(tensor.id));
    if (isOp(node, quantize) || isOp(node, dequantize)) same.set(node.outputs[0]!.id, inputs[0]!);
    else builder.nodes.push({ ...node, inputs, outputs: node.outputs.map(({ id }) => id) });
  }
  return builder.finish(graph.name, graph.inputs, graph.outputs.map(real));
}

function floatTensor(tensor: Tensor): Tensor {
  const { id, name, dtype, shape, quant, data } = tensor;
  if (dtype === 'float32' || (!quant && data)) return tensor;
  const { scales, zeroPoints, axis } = quant ?? { scales: [1], zeroPoints: [0], axis: 0 };
  const inner = product(shape.slice(axis + 1));
  const values =
    data &&
    Float32Array.from(constantValue(tensor).data as ArrayLike<number>, (stored, i) => {
      const c = Math.floor(i / inner) % scales.length;
      return (stored - zeroPoints[c]!) * scales[c]!;
    });
  return { id, name, dtype: 'float32', shape, ...(values && { data: bytesOf(values) }) };
}
