import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../formats/onnx/records.ts';
import { dtypeOfCode } from '../../formats/onnx/type-records.ts';
import type { DType, Quantization } from '../../support/dtypes.ts';
import { MOVES } from './qdq.ts';
import { linksOf } from './records.ts';
import type { Links } from './records.ts';

/** Where an operator says what 8 bits stand for: a value, its scale, its zero point; an output's as 'out'. */
type Site = readonly [value: number | 'out', scale: number, zero: number];

const SITES: Readonly<Record<string, readonly Site[]>> = {
  QuantizeLinear: [['out', 1, 2]],
  DequantizeLinear: [[0, 1, 2]],
  QLinearConv: [
    [0, 1, 2],
    [3, 4, 5],
    ['out', 6, 7],
  ],
  QLinearMatMul: [
    [0, 1, 2],
    [3, 4, 5],
    ['out', 6, 7],
  ],
  QGemm: [
    [0, 1, 2],
    [3, 4, 5],
    ['out', 7, 8],
  ],
  QLinearAdd: [
    [0, 1, 2],
    [3, 4, 5],
    ['out', 6, 7],
  ],
  QLinearMul: [
    [0, 1, 2],
    [3, 4, 5],
    ['out', 6, 7],
  ],
  QLinearAveragePool: [
    [0, 1, 2],
    ['out', 3, 4],
  ],
  QLinearGlobalAveragePool: [
    [0, 1, 2],
    ['out', 3, 4],
  ],
};

/** A graph whose quantized values are int8, and what those of its inputs stand for. */
export interface Signed {
  readonly graph: OnnxGraph;
  /** By value: those that no node writes. */
  readonly labels: ReadonlyMap<string, Quantization>;
}

/**
 * Every quantized uint8 value q becomes q - 128 with its zero point, which stands for the same real
 * number. The model's own inputs and outputs stay uint8, behind nodes that flip the top bit.
 */
export function toSigned(graph: OnnxGraph): Signed {
  const links = linksOf(graph);
  const found = quantizedValues(graph, links);
  const unsigned = new Set([...found].filter(([, { shifts }]) => shifts).map(([name]) => name));
  const added: OnnxTensor[] = [];
  const nodes = graph.nodes.map((node) => shiftZeros(node, links, added));
  const isEnd = (name: string) =>
    unsigned.has(name) && (links.outputs.has(name) || graph.inputs.some((x) => x.name === name));
  const inner = (name: string) =>
    isEnd(name) && !links.constants.has(name) ? `${name}:int8` : name;
  const renamed = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(inner),
    outputs: node.outputs.map(inner),
  }));
  const flips = [...unsigned]
    .filter((name) => inner(name) !== name)
    .map((name, i) => flip(name, inner(name), links, graph.nodes.length + i));
  const initializers = graph.initializers.map((tensor) =>
    unsigned.has(tensor.name) ? shifted(tensor, tensor.name) : tensor,
  );
  const labels = new Map<string, Quantization>();
  for (const [name, { quant }] of found) if (!links.writers.has(name)) labels.set(name, quant);
  return {
    graph: { ...graph, nodes: [...renamed, ...flips], initializers: [...initializers, ...added] },
    labels,
  };
}

interface Found {
  /** With the zero point that the file has. */
  readonly quant: Quantization;
  readonly shifts: boolean;
}

// Values that sites speak of, and those that are moved from or to them.
function quantizedValues({ nodes }: OnnxGraph, links: Links): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const node of nodes)
    for (const [value, scale, zero] of SITES[node.type] ?? []) {
      const name = value === 'out' ? node.outputs[0] : node.inputs[value];
      const quant = quantOf(node, scale, zero, value, links);
      if (name && quant) found.set(name, quant);
    }
  const waiting = [...found.keys()];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const around = [links.writers.get(name), ...(links.readers.get(name) ?? [])];
    for (const node of around) {
      if (!node || !MOVES.includes(node.type)) continue;
      const data = node.type === 'Concat' ? node.inputs : node.inputs.slice(0, 1);
      if (![...data, ...node.outputs].includes(name)) continue;
      for (const other of [...data, ...node.outputs]) {
        if (!other || found.has(other)) continue;
        found.set(other, found.get(name)!);
        waiting.push(other);
      }
    }
  }
  return found;
}

function quantOf(
  node: OnnxNode,
  scale: number,
  zero: number,
  value: number | 'out',
  links: Links,
): Found | undefined {
  const scales = numbersOf(links.constants.get(node.inputs[scale] ?? ''));
  if (!scales) return undefined;
  const zeroName = node.inputs[zero] ?? '';
  const tensor = links.constants.get(zeroName);
  if (zeroName && !tensor) return undefined;
  const dtype =
    tensor?.dtype ??
    (value === 'out' ? outputType(node) : links.constants.get(node.inputs[value] ?? '')?.dtype);
  if (dtype !== 'int8' && dtype !== 'uint8') return undefined;
  const zeros = numbersOf(tensor) ?? [0];
  const zeroPoints = scales.map((_, i) => zeros[zeros.length > 1 ? i : 0]!);
  return { quant: { scales, zeroPoints, axis: 0 }, shifts: dtype === 'uint8' };
}

// Of QuantizeLinear without a zero point.
function outputType({ attributes }: OnnxNode): DType | undefined {
  const given = attributes.get('output_dtype');
  return given?.kind === 'int' && given.value !== 0 ? dtypeOfCode(given.value) : 'uint8';
}

function numbersOf(tensor: OnnxTensor | undefined): number[] | undefined {
  if (!tensor || tensor.unreadable) return undefined;
  const bytes = Uint8Array.from(tensor.data);
  if (tensor.dtype === 'float32') return [...new Float32Array(bytes.buffer)];
  if (tensor.dtype === 'int8') return [...new Int8Array(bytes.buffer)];
  return tensor.dtype === 'uint8' ? [...bytes] : undefined;
}

// Zero points of uint8 become those of int8; one that is left out, and means 0 of uint8, is spelled out.
function shiftZeros(node: OnnxNode, links: Links, added: OnnxTensor[]): OnnxNode {
  const inputs = [...node.inputs];
  for (const [value, scale, zero] of SITES[node.type] ?? []) {
    if (!quantOf(node, scale, zero, value, links)?.shifts) continue;
    const name = `${node.inputs[zero] ?? ''}:int8:${node.index}:${zero}`;
    const tensor = links.constants.get(node.inputs[zero] ?? '');
    added.push(
      shifted(tensor ?? { name, shape: [], dtype: 'uint8', data: new Uint8Array(1) }, name),
    );
    while (inputs.length < zero) inputs.push('');
    inputs[zero] = name;
  }
  return { ...node, inputs };
}

function shifted(tensor: OnnxTensor, name: string): OnnxTensor {
  if (tensor.dtype !== 'uint8') return { ...tensor, name };
  return { ...tensor, name, dtype: 'int8', data: tensor.data.map((byte) => byte ^ 0x80) };
}

function flip(outer: string, inner: string, { writers }: Links, index: number): OnnxNode {
  const [from, to] = writers.has(outer) ? [inner, outer] : [outer, inner];
  return {
    ...{ index, name: outer, type: 'Flip', domain: 'thimble', attributes: new Map() },
    ...{ inputs: [from], outputs: [to] },
  };
}
