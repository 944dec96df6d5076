import type { z } from 'zod';
import { MalformedFile } from '../formats/malformed-file.ts';
import { MAX_ELEMENTS, MAX_RANK, rejectQuantization } from '../formats/tensor-limits.ts';
import type { ThimbleModel, ThimbleNode, ThimbleTensor } from '../formats/thimble/records.ts';
import { GraphBuilder, typedNode } from '../ir/graph.ts';
import type { DType, Graph, Node, Tensor } from '../ir/types.ts';
import { byteLength, bytesPerElement, elements, sameShape } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { OPS } from '../ops/index.ts';
import { checkOperands, Unsupported } from '../ops/op.ts';
import { InternalError } from '../support/diagnostics.ts';
import { printable } from '../support/identifiers.ts';

/** The graph of a .thimble file. Throws MalformedFile where it makes no sense. */
export function fromThimble(model: ThimbleModel): Graph {
  const builder = new GraphBuilder();
  for (const tensor of model.tensors) builder.setTensor(toTensor(tensor));
  for (const node of model.nodes) builder.nodes.push(toNode(node));
  try {
    const graph = verifyGraph(builder.finish(model.name, model.inputs, model.outputs), 'import');
    graph.nodes.forEach((node) => checkNode(graph, node));
    return graph;
  } catch (error) {
    if (error instanceof InternalError) throw new MalformedFile(error.message.split('\n')[0]);
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
      ...(data && { data }),
    })),
    nodes: graph.nodes.map(({ op, attrs, inputs, outputs, origin }) => ({
      op,
      attributes: JSON.stringify(attrs),
      inputs: inputs.map((id) => id ?? -1),
      outputs,
      origin_file: origin.file,
      origin_operator: origin.operator,
      origin_name: origin.name,
    })),
    inputs: graph.inputs,
    outputs: graph.outputs,
  };
}

function toTensor({ id = 0, dtype, shape, quantization, data, ...rest }: ThimbleTensor): Tensor {
  const name = printable(rest.name ?? '');
  const where = `tensor ${id} "${name}"`;
  if (!isDType(dtype)) throw new MalformedFile(`${where} has the unknown type "${dtype}"`);
  const quant = quantization && {
    scales: quantization.scales,
    zeroPoints: quantization.zero_points,
    axis: quantization.axis ?? 0,
  };
  const problem = quant && rejectQuantization(quant, shape);
  if (problem) throw new MalformedFile(`${where} has ${problem}`);
  if (elements({ dtype, shape }) > MAX_ELEMENTS || shape.length > MAX_RANK)
    throw new MalformedFile(`${where} has the absurd shape [${shape.join(',')}]`);
  const tensor = { id, name, dtype, shape, ...(quant && { quant }), ...(data && { data }) };
  if (data && data.length !== byteLength(tensor)) {
    throw new MalformedFile(
      `${where} has ${data.length} bytes of data, its shape needs ${byteLength(tensor)}`,
    );
  }
  return tensor;
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
    return JSON.parse(text) as unknown;
  } catch {
    throw new MalformedFile(`a node's attributes are no JSON: ${text.slice(0, 40)}`);
  }
}

function checkNode(graph: Graph, node: Node): void {
  const op = OPS.find(({ name }) => name === node.op);
  if (!op) throw new MalformedFile(`the operator "${node.op}" is unknown to this thimble`);
  const typed = typedNode(graph, node);
  const attributes = op.attributes.safeParse(node.attrs);
  try {
    if (!attributes.success) throw new Unsupported(describeAttributes(attributes.error));
    checkOperands(op, typed.inputs);
    const shapes = op.inferShapes(node.attrs, typed.inputs);
    if (shapes.length !== typed.outputs.length)
      throw new Unsupported(`it has ${typed.outputs.length} outputs, not ${shapes.length}`);
    const wrong = typed.outputs.find((tensor, i) => !sameShape(tensor.shape, shapes[i] ?? []));
    const reason = wrong ? `its output "${wrong.name}" has the wrong shape` : op.reject(typed);
    if (reason) throw new Unsupported(reason);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    throw new MalformedFile(`node ${node.op} "${node.origin.name}": ${error.message}`);
  }
}

function describeAttributes({ issues }: z.ZodError): string {
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'they'}: ${message}`);
  return `its attributes make no sense (${problems.join('; ')})`;
}
