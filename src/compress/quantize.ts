import { GraphBuilder, typedNode } from '../ir/graph.ts';
import type { Graph, Node, Tensor, TensorId } from '../ir/types.ts';
import { activationTypes } from './activation-types.ts';
import { calibrate } from './calibrate.ts';
import type { Calibration } from './calibrate.ts';
import { checkInputs } from './calibration-inputs.ts';
import { checkFloat } from './check-float.ts';
import { checkQuantized } from './check-quantized.ts';
import { floatTail } from './float-tail.ts';
import { quantizeNode } from './quantize-node.ts';
import type { Range, RangeMethod } from './range.ts';

export interface QuantizeOptions {
  readonly method: RangeMethod;
  /** Element type of the quantized model's inputs and outputs. */
  readonly io: 'float' | 'int8';
  /** Ranges that the user knows better, by tensor name. */
  readonly ranges?: ReadonlyMap<string, Range>;
  /** One scale for all weights of a layer, so that those which share a value still do; false when left out. */
  readonly perLayer?: boolean;
}

/**
 * Post-training quantization of a float graph to int8, calibrated on raw float inputs: weights
 * symmetric with a scale for each output channel, activations asymmetric with one, bias int32
 * (TFLite int8 spec). Lossy. Throws CompileError where graph, inputs or result make no sense.
 */
export function quantizeGraph(
  graph: Graph,
  calibration: readonly Uint8Array[],
  options: QuantizeOptions,
): Graph {
  const inputs = calibration.map((input, i) => ({ name: `calibration input ${i}`, input }));
  checkFloat(graph, options.ranges);
  checkInputs(graph, inputs);
  return quantizeCalibrated(graph, calibrate(graph, inputs), options);
}

/**
 * The same from a calibration that is there already. `tail`: whether joins of unlike ranges before
 * the outputs may stay float.
 */
export function quantizeCalibrated(
  graph: Graph,
  calibration: Calibration,
  options: QuantizeOptions,
  tail = options.io === 'float',
): Graph {
  const float = tail ? floatTail(graph, calibration) : new Set<TensorId>();
  const types = activationTypes(graph, calibration, options, float);
  const builder = new GraphBuilder(graph);
  for (const [id, quant] of types) {
    builder.setTensor({ ...builder.tensor(id), dtype: 'int8', quant });
  }
  const inputs = graph.inputs.map((id) => edge(builder, id, 'quantize', options, graph.name));
  for (const node of graph.nodes) {
    if (float.has(node.outputs[0]!)) keepFloat(builder, node);
    else quantizeNode(builder, typedNode(graph, node), calibration.borders, options);
  }
  const outputs = graph.outputs.map((id) => edge(builder, id, 'dequantize', options, graph.name));
  return checkQuantized(builder.finish(graph.name, inputs, outputs));
}

// A node of the float tail, behind what makes its int8 operands float.
function keepFloat(builder: GraphBuilder, node: Node): void {
  const inputs = node.inputs.map((id) => {
    const tensor = builder.tensor(id!);
    return tensor.dtype === 'int8' ? dequantized(builder, tensor, node.origin.file) : id;
  });
  builder.nodes.push({ ...node, inputs });
}

function dequantized(builder: GraphBuilder, inner: Tensor, file: string): TensorId {
  const outer = builder.addTensor(`${inner.name}_float`, { dtype: 'float32', shape: inner.shape });
  const origin = { file, operator: -1, name: inner.name };
  builder.nodes.push({ op: 'dequantize', attrs: {}, inputs: [inner.id], outputs: [outer], origin });
  return outer;
}

// Keeps a float input or output before or behind its int8 tensor, where that is asked for. What is
// not quantized (an output that is a constant) stays as it is.
function edge(
  builder: GraphBuilder,
  id: TensorId,
  op: 'quantize' | 'dequantize',
  { io }: QuantizeOptions,
  file: string,
): TensorId {
  const inner = builder.tensor(id);
  if (io === 'int8' || inner.dtype !== 'int8') return id;
  if (op === 'dequantize') return dequantized(builder, inner, file);
  const outer = builder.addTensor(`${inner.name}_float`, { dtype: 'float32', shape: inner.shape });
  const origin = { file, operator: -1, name: inner.name };
  const attrs = { rounding: 'double' };
  builder.nodes.push({ op, attrs, inputs: [outer], outputs: [id], origin });
  return outer;
}
