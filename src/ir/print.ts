import { formatType } from './types.ts';
import type { Graph, Node, Tensor } from './types.ts';

/**
 * The graph as text, one tensor or node a line; `parseGraph` reads it back.
 *
 *   graph "xor"
 *   input %0 "x" : i8[1,2] q(0.5,0)
 *   const %1 "w" : i8[2,2] q([0.1,0.2],[0,0],0) = 01ff0302
 *   %2 = dense(%0, %1, _) {"activation":"none"} : "y" i8[1,2] q(0.25,-3) @ "xor.tflite" 0 "dense_1"
 *   output %2
 */
export function printGraph(graph: Graph): string {
  const of = (id: number): Tensor => graph.tensors.get(id)!;
  const lines = [`graph ${JSON.stringify(graph.name)}`];
  for (const id of graph.inputs) lines.push(`input %${id} ${label(of(id))}`);
  for (const tensor of graph.tensors.values()) {
    if (tensor.data)
      lines.push(
        `const %${tensor.id} ${label(tensor)} = ${Buffer.from(tensor.data).toString('hex')}`,
      );
  }
  for (const node of graph.nodes) lines.push(printNode(graph, node));
  for (const id of graph.outputs) lines.push(`output %${id}`);
  return lines.join('\n') + '\n';
}

export function printNode(graph: Graph, node: Node): string {
  const outputs = node.outputs.map((id) => `%${id}`).join(', ');
  const inputs = node.inputs.map((id) => (id === undefined ? '_' : `%${id}`)).join(', ');
  const types = node.outputs.map((id) => labelInline(graph.tensors.get(id))).join(', ');
  const { file, operator, name } = node.origin;
  const origin = `@ ${JSON.stringify(file)} ${operator} ${JSON.stringify(name)}`;
  return `${outputs} = ${node.op}(${inputs}) ${JSON.stringify(node.attrs)} : ${types} ${origin}`;
}

const label = (tensor: Tensor): string => `${JSON.stringify(tensor.name)} : ${typeText(tensor)}`;
const labelInline = (tensor: Tensor | undefined): string =>
  tensor ? `${JSON.stringify(tensor.name)} ${typeText(tensor)}` : '?';

function typeText(tensor: Tensor): string {
  if (!tensor.quant) return formatType(tensor);
  const { scales, zeroPoints, axis } = tensor.quant;
  const list = (numbers: readonly number[]) => `[${numbers.join(',')}]`;
  const quant =
    scales.length === 1 && axis === 0
      ? `q(${scales[0]},${zeroPoints[0]})`
      : `q(${list(scales)},${list(zeroPoints)},${axis})`;
  return `${formatType(tensor)} ${quant}`;
}
