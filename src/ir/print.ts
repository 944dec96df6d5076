import { printLiteral } from './literals.ts';
import { formatType } from './types.ts';
import type { Graph, Node, State, Tensor, TensorId, TensorType } from './types.ts';

/**
 * The graph as text, one tensor or node a line; `parseGraph` reads it back. Broken graphs can be
 * printed, too: a tensor that is missing is a question mark.
 *
 *   graph "xor"
 *   input %0 "x" : i8[1,2] q(0.5,0)
 *   const %1 "w" : i8[2,2] q([0.1,0.2],[0,0],0) = 01ff0302
 *   %2 = dense(%0, %1, _) {"activation":"none"} : "y" i8[1,2] q(0.25,-3) @ "xor.tflite" 0 "dense_1"
 *   output %2
 *
 * A state has a line with its bytes before the first inference (none: zeros), and one at the end
 * that says which tensor it is next:
 *
 *   state %3 "sum" : i8[1,2] q(0.25,-3) = fdfd
 *   next %3 = %4
 */
export function printGraph(graph: Graph): string {
  const written = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const others = [...graph.tensors.values()].filter(
    ({ id }) =>
      !written.has(id) &&
      !graph.inputs.includes(id) &&
      !graph.states.some(({ read }) => read === id),
  );
  const lines = [
    `graph ${JSON.stringify(graph.name)}`,
    ...graph.inputs.map((id) => `input ${printTensor(graph, id)}`),
    ...graph.states.map((state) => `state ${printState(graph, state)}`),
    ...others.map(({ id, data }) => `${data ? 'const' : 'tensor'} ${printTensor(graph, id)}`),
    ...graph.nodes.map((node) => printNode(graph, node)),
    ...graph.outputs.map((id) => `output %${id}`),
    ...graph.states.map(({ read, write }) => `next %${read} = %${write}`),
  ];
  return lines.join('\n') + '\n';
}

export function printNode(graph: Graph, node: Node): string {
  const outputs = node.outputs.map((id) => `%${id}`).join(', ');
  const inputs = node.inputs.map((id) => (id === undefined ? '_' : `%${id}`)).join(', ');
  const types = node.outputs.map((id) => printWritten(graph.tensors.get(id))).join(', ');
  const { file, operator, name } = node.origin;
  const origin = `@ ${JSON.stringify(file)} ${operator} ${JSON.stringify(name)}`;
  return `${outputs} = ${node.op}(${inputs}) ${printLiteral(node.attrs)} : ${types} ${origin}`;
}

function printTensor(graph: Graph, id: TensorId): string {
  const tensor = graph.tensors.get(id);
  if (!tensor) return `%${id} ?`;
  return `%${id} ${JSON.stringify(tensor.name)} : ${printType(tensor)}${printBytes(tensor.data)}`;
}

function printState(graph: Graph, { read, initial }: State): string {
  return `${printTensor(graph, read)}${printBytes(initial)}`;
}

function printBytes(bytes: Uint8Array | undefined): string {
  return bytes ? ` = ${Buffer.from(bytes).toString('hex')}` : '';
}

function printWritten(tensor: Tensor | undefined): string {
  return tensor ? `${JSON.stringify(tensor.name)} ${printType(tensor)}` : '?';
}

/** The type with its quantization: i8[1,2] q(0.5,0). */
export function printType(tensor: TensorType): string {
  if (!tensor.quant) return formatType(tensor);
  const { scales, zeroPoints, axis } = tensor.quant;
  const simple = scales.length === 1 && zeroPoints.length === 1 && axis === 0;
  const parts = simple ? [scales[0], zeroPoints[0]] : [scales, zeroPoints, axis];
  return `${formatType(tensor)} q(${parts.map(printLiteral).join(',')})`;
}
