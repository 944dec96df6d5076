import { decodeBytes, encodeBytes } from '../encode/constants.ts';
import { MalformedFile } from '../formats/malformed-file.ts';
import { isAbsurd, rejectQuantization } from '../formats/tensor-limits.ts';
import type { ThimbleModel, ThimbleNode, ThimbleTensor } from '../formats/thimble/records.ts';
import { GraphBuilder, typedNode } from '../ir/graph.ts';
import type { DType, Graph, Node, Tensor, TensorId } from '../ir/types.ts';
import { byteLength, bytesPerElement, elements } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { rejectNode } from '../ops/check-node.ts';
import { rejectUnlessKept } from '../ops/types.ts';
import { product } from '../support/bytes.ts';
import { InternalError } from '../support/diagnostics.ts';
import { printable } from '../support/printable.ts';

/** The graph of a .thimble file. Throws MalformedFile where it makes no sense. */
export function fromThimble(model: ThimbleModel): Graph {
  const builder = new GraphBuilder();
  for (const tensor of model.tensors) builder.setTensor(toTensor(tensor));
  for (const node of model.nodes) builder.nodes.push(toNode(node));
  builder.states = (model.states ?? []).map(({ read = 0, write = 0, initial }) => ({
    ...{ read, write },
    ...(initial && { initial }),
  }));
  try {
    const graph = verifyGraph(builder.finish(model.name, model.inputs, model.outputs), 'import');
    requireEnds(graph);
    graph.nodes.forEach((node) => requireSense(graph, node));
    return graph;
  } catch (error) {
    if (error instanceof InternalError) throw new MalformedFile(error.message.split('\n', 1)[0]!);
    throw error;
  }
}

/** A graph as a .thimble file holds it. */
export function toThimble(graph: Graph, producer: string): ThimbleModel {
  return {
    name: graph.name,
    producer,
    tensors: [...graph.tensors.values()].map(({ id, name, dtype, shape, quant, data }) => ({
      ...{ id, name, dtype, shape },
      ...(quant && {
        quantization: { scales: quant.scales, zero_points: quant.zeroPoints, axis: quant.axis },
      }),
      ...(data && storedData(dtype, data)),
    })),
    nodes: graph.nodes.map(({ op, attrs, inputs, outputs, origin }) => ({
      op,
      attributes: JSON.stringify(attrs, oddToText),
      inputs: inputs.map((id) => id ?? -1),
      outputs,
      origin_file: origin.file,
      origin_operator: origin.operator,
      origin_name: origin.name,
    })),
    inputs: graph.inputs,
    outputs: graph.outputs,
    states: graph.states,
  };
}

// Inputs and outputs have memory of their own each: what a graph gives back unchanged is copied there.
function requireEnds({ tensors, nodes, inputs, outputs, states }: Graph): void {
  if (outputs.length === 0) throw new MalformedFile('it has no outputs');
  const needed = new Set<TensorId>([...outputs, ...states.map(({ write }) => write)]);
  if (!nodes.some((node) => node.outputs.some((id) => needed.has(id))))
    throw new MalformedFile('it computes nothing');
  const known = new Set<TensorId>();
  for (const id of [...inputs, ...outputs]) {
    const tensor = tensors.get(id)!;
    const reject = (reason: string) =>
      new MalformedFile(`"${tensor.name}", an input or output, ${reason}`);
    if (known.has(id)) throw reject('is another one, too');
    if (tensor.data) throw reject('is a constant');
    if (elements(tensor) === 0) throw reject('is empty');
    if (tensor.quant && tensor.quant.scales.length > 1) throw reject('has a scale per channel');
    const kept = rejectUnlessKept(tensor.dtype);
    if (kept) throw reject(`cannot be one: ${kept}`);
    known.add(id);
  }
}

// Elements of one byte in fewer of them, where codes are shorter.
function storedData(dtype: DType, data: Uint8Array): Pick<ThimbleTensor, 'data' | 'encoded'> {
  const encoded = bytesPerElement(dtype) === 1 ? encodeBytes(data) : undefined;
  return encoded ? { encoded } : { data };
}

function toTensor(stored: ThimbleTensor): Tensor {
  const { id = 0, dtype, shape, quantization, ...rest } = stored;
  const name = printable(rest.name ?? '');
  const where = `tensor ${id} "${name}"`;
  if (!isDType(dtype)) throw new MalformedFile(`${where} has the unknown type "${dtype}"`);
  const quant = quantization && {
    scales: quantization.scales,
    zeroPoints: quantization.zero_points,
    axis: quantization.axis ?? 0,
  };
  const problem = quant && rejectQuantization(quant, shape, dtype);
  if (problem) throw new MalformedFile(`${where} has ${problem}`);
  if (isAbsurd(shape))
    throw new MalformedFile(`${where} has the absurd shape [${shape.join(',')}]`);
  const data = dataOf(stored, where);
  const tensor = { id, name, dtype, shape, ...(quant && { quant }), ...(data && { data }) };
  if (data && data.length !== byteLength(tensor)) {
    throw new MalformedFile(
      `${where} has ${data.length} bytes of data, its shape needs ${byteLength(tensor)}`,
    );
  }
  return tensor;
}

function dataOf({ shape, dtype, data, encoded }: ThimbleTensor, where: string) {
  if (!encoded) return data;
  if (data) throw new MalformedFile(`${where} has data, and codes of it`);
  if (bytesPerElement(dtype as DType) !== 1)
    throw new MalformedFile(`${where} has codes, which elements of ${dtype} have not`);
  try {
    return decodeBytes(encoded, product(shape));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MalformedFile(`${where} has codes that make no sense: ${error.message}`);
  }
}

function isDType(text: string): text is DType {
  return Number.isInteger(bytesPerElement(text as DType));
}

function toNode(node: ThimbleNode): Node {
  const {
    op,
    attributes,
    inputs,
    outputs,
    origin_file: file = '',
    origin_operator: operator = 0,
    origin_name: name = '',
  } = node;
  return {
    op,
    attrs: parseAttributes(attributes),
    inputs: inputs.map((id) => (id === -1 ? undefined : id)),
    outputs,
    origin: { file: printable(file), operator, name: printable(name) },
  };
}

function parseAttributes(text: string): unknown {
  try {
    return JSON.parse(text, textToOdd) as unknown;
  } catch {
    throw new MalformedFile(`a node's attributes are no JSON: ${text.slice(0, 40)}`);
  }
}

// Numbers that JSON does not have: an infinite border before max pooling, a slope of -0.
const ODD_NUMBERS = [Infinity, -Infinity, -0];

function oddToText(_key: string, value: unknown): unknown {
  const odd = ODD_NUMBERS.some((number) => Object.is(number, value));
  return odd ? (value === 0 ? '-0' : String(value)) : value;
}

function textToOdd(_key: string, value: unknown): unknown {
  return ['Infinity', '-Infinity', '-0'].includes(value as string) ? Number(value) : value;
}

function requireSense(graph: Graph, node: Node): void {
  const reason = rejectNode(typedNode(graph, node));
  if (reason) throw new MalformedFile(`node ${node.op} "${node.origin.name}": ${reason}`);
}
