import { GraphBuilder, typedNode } from '../ir/graph.ts';
import type { Graph, Node, Quantization, Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { constantValue, floats } from '../ir/values.ts';
import { opOf } from '../ops/index.ts';
import { bytesOf } from '../support/bytes.ts';
import { CompileError } from '../support/diagnostics.ts';
import { clamp } from '../support/fixed-point.ts';
import { calibrate } from './calibrate.ts';
import { chooseRange, quantizationOf } from './range.ts';
import type { Range, RangeMethod } from './range.ts';
import { quantizeBias, quantizeWeights } from './weights.ts';

export interface QuantizeOptions {
  readonly method: RangeMethod;
  /** Element type of the quantized model's inputs and outputs. */
  readonly io: 'float' | 'int8';
  /** Ranges that the user knows better, by tensor name. */
  readonly ranges?: ReadonlyMap<string, Range>;
}

/**
 * Post-training quantization of a float graph to int8: weights symmetric with a scale for each
 * output channel, activations asymmetric with one, bias int32 (TFLite int8 spec). Lossy.
 */
export function quantizeGraph(
  graph: Graph,
  calibration: readonly Uint8Array[],
  options: QuantizeOptions,
): Graph {
  checkFloat(graph, calibration, options);
  const types = activationTypes(graph, calibration, options);
  const builder = new GraphBuilder(graph);
  const quantized = (id: TensorId): Quantization => types.get(id)!;
  for (const id of types.keys()) {
    builder.setTensor({ ...builder.tensor(id), dtype: 'int8', quant: quantized(id) });
  }
  const inputs = graph.inputs.map((id) => edge(builder, id, 'quantize', options, graph.name));
  for (const node of graph.nodes) builder.nodes.push(quantizeNode(builder, graph, node, types));
  const outputs = graph.outputs.map((id) => edge(builder, id, 'dequantize', options, graph.name));
  return builder.finish(graph.name, inputs, outputs);
}

function checkFloat(
  graph: Graph,
  calibration: readonly Uint8Array[],
  { ranges }: QuantizeOptions,
): void {
  const other = [...graph.tensors.values()].find(
    ({ dtype }) => dtype !== 'float32' && dtype !== 'int32',
  );
  if (other) {
    throw new CompileError({
      code: 'not-float',
      message: `the model is not float throughout: "${other.name}" is ${other.dtype}`,
      where: graph.name,
      hint: 'quantize the float model; int8 models need no quantization',
    });
  }
  if (calibration.length === 0) {
    throw new CompileError({
      code: 'no-calibration',
      message: 'there is no calibration input',
      hint: 'name a folder with raw float inputs (in*.bin or *.in.bin) with --calibrate',
    });
  }
  const names = new Set([...graph.tensors.values()].map(({ name }) => name));
  const unknown = [...(ranges?.keys() ?? [])].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new CompileError({
      code: 'unknown-tensor',
      message: `--range names ${unknown.map((name) => `"${name}"`).join(', ')}, which the model does not have`,
      hint: 'thimble inspect lists the names',
    });
  }
}

// The quantization of every activation. Tensors that an operator copies share theirs.
function activationTypes(
  graph: Graph,
  calibration: readonly Uint8Array[],
  options: QuantizeOptions,
) {
  const histograms = calibrate(graph, calibration);
  const groupOf = shareGroups(graph);
  const ranges = new Map<TensorId, Range>();
  const explicit = new Map<TensorId, Range>();
  for (const [id, histogram] of histograms) {
    const group = groupOf(id);
    const range = chooseRange(histogram, options.method);
    const other = ranges.get(group) ?? range;
    ranges.set(group, {
      low: Math.min(range.low, other.low),
      high: Math.max(range.high, other.high),
    });
    const given = options.ranges?.get(graph.tensors.get(id)!.name);
    if (given) explicit.set(group, given);
  }
  const fixed = fixedGroups(graph, groupOf);
  return new Map(
    [...histograms.keys()].map((id) => {
      const group = groupOf(id);
      return [id, fixed.get(group) ?? quantizationOf(explicit.get(group) ?? ranges.get(group)!)];
    }),
  );
}

// Union-find over the tensors that operators with the rule 'same' connect.
function shareGroups(graph: Graph): (id: TensorId) => TensorId {
  const parents = new Map<TensorId, TensorId>();
  const root = (id: TensorId): TensorId => {
    const parent = parents.get(id);
    return parent === undefined ? id : root(parent);
  };
  for (const node of graph.nodes) {
    if (opOf(node.op).quantize !== 'same') continue;
    const [first, ...others] = [...node.inputs, ...node.outputs].filter(
      (id): id is TensorId => id !== undefined && !graph.tensors.get(id)!.data,
    );
    for (const id of others) if (root(id) !== root(first!)) parents.set(root(id), root(first!));
  }
  return root;
}

function fixedGroups(
  graph: Graph,
  groupOf: (id: TensorId) => TensorId,
): Map<TensorId, Quantization> {
  const fixed = new Map<TensorId, Quantization>();
  for (const node of graph.nodes) {
    const rule = opOf(node.op).quantize;
    if (typeof rule === 'string') continue;
    const { scale, zeroPoint } = rule;
    for (const id of node.outputs) {
      fixed.set(groupOf(id), { scales: [scale], zeroPoints: [zeroPoint], axis: 0 });
    }
  }
  return fixed;
}

function quantizeNode(
  builder: GraphBuilder,
  graph: Graph,
  node: Node,
  types: ReadonlyMap<TensorId, Quantization>,
): Node {
  const op = opOf(node.op);
  const typed = typedNode(graph, node);
  const inputs = typed.inputs.map((tensor, i) => {
    if (!tensor?.data || types.has(tensor.id)) return tensor?.id;
    if (i === op.weights?.input) return addWeights(builder, typed, types);
    if (i === op.weights?.bias) return undefined;
    return addOperand(builder, tensor);
  });
  const biasAt = op.weights?.bias;
  const bias = biasAt === undefined ? undefined : typed.inputs[biasAt];
  if (bias && op.weights) {
    const weights = builder.tensor(inputs[op.weights.input]!);
    const input = builder.tensor(inputs[0]!);
    inputs[biasAt!] = builder.addTensor(bias.name, ...quantizeBias(bias, input, weights));
  }
  return { ...node, inputs };
}

function addWeights(
  builder: GraphBuilder,
  node: TypedNode,
  types: ReadonlyMap<TensorId, Quantization>,
): TensorId {
  const { input, axis, bias } = opOf(node.op).weights!;
  const weights = node.inputs[input]!;
  const inputScale = types.get(node.inputs[0]!.id)!.scales[0]!;
  const biasTensor = bias === undefined ? undefined : node.inputs[bias];
  return builder.addTensor(weights.name, ...quantizeWeights(weights, axis, inputScale, biasTensor));
}

// A constant operand (of an addition, say), by its own least and largest value.
function addOperand(builder: GraphBuilder, tensor: Tensor): TensorId {
  const values = floats(constantValue(tensor));
  const quant = quantizationOf({ low: Math.min(...values), high: Math.max(...values) });
  const stored = Int8Array.from(values, (x) =>
    clamp(Math.round(x / quant.scales[0]!) + quant.zeroPoints[0]!, -128, 127),
  );
  return builder.addTensor(
    tensor.name,
    { dtype: 'int8', shape: tensor.shape, quant },
    bytesOf(stored),
  );
}

// Keeps a float input or output before or behind its int8 tensor, where that is asked for.
function edge(
  builder: GraphBuilder,
  id: TensorId,
  op: 'quantize' | 'dequantize',
  { io }: QuantizeOptions,
  file: string,
): TensorId {
  const inner = builder.tensor(id);
  if (io === 'int8') return id;
  const outer = builder.addTensor(`${inner.name}_float`, { dtype: 'float32', shape: inner.shape });
  builder.nodes.push({
    op,
    attrs: op === 'quantize' ? { rounding: 'double' } : {},
    inputs: [op === 'quantize' ? outer : id],
    outputs: [op === 'quantize' ? id : outer],
    origin: { file, operator: -1, name: inner.name },
  });
  return outer;
}
