import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../../formats/onnx/records.ts';
import { floatsOf, linksOf, onlyReader, withoutUnread } from './records.ts';
import type { Links } from './records.ts';

/** Operators that move elements, and do not care what 8 bits stand for. */
export const MOVES: readonly string[] = [
  ...['MaxPool', 'Reshape', 'Flatten', 'Transpose', 'Squeeze', 'Unsqueeze', 'Slice', 'Gather'],
  ...['Concat', 'Split', 'Pad', 'Identity', 'DepthToSpace', 'SpaceToDepth', 'GlobalMaxPool'],
];

/** How an operator between dequantized inputs and a quantized output is called on 8 bits, and in which order its inputs are. */
interface Form {
  readonly type: string;
  readonly domain?: string;
  /** Number of operands that have a scale each; a bias comes after the output's scale, or before it. */
  readonly operands: number;
  readonly bias?: 'last' | 'before-output';
  /** Operands that have to be constants. */
  readonly constants?: readonly number[];
}

const MICROSOFT = 'com.microsoft';

const FORMS: Readonly<Record<string, Form>> = {
  Conv: { type: 'QLinearConv', operands: 2, bias: 'last', constants: [1] },
  Gemm: { type: 'QGemm', domain: MICROSOFT, operands: 2, bias: 'before-output', constants: [1] },
  MatMul: { type: 'QLinearMatMul', operands: 2, constants: [1] },
  Add: { type: 'QLinearAdd', domain: MICROSOFT, operands: 2 },
  AveragePool: { type: 'QLinearAveragePool', domain: MICROSOFT, operands: 1 },
  GlobalAveragePool: { type: 'QLinearGlobalAveragePool', domain: MICROSOFT, operands: 1 },
};

/**
 * Turns groups of DequantizeLinear, an operator, a clamp and QuantizeLinear into the operator on 8 bits,
 * as ONNX Runtime does (design/onnx.md, section 5). What does not match stays as it is: in floats.
 */
export function fuseQdq(graph: OnnxGraph): OnnxGraph {
  const links = linksOf(graph);
  const nodes = graph.nodes.map((node) => fuse(node, links) ?? node);
  const written = new Set<string>();
  // The node that takes the place of a group writes what its QuantizeLinear wrote.
  for (const [i, node] of nodes.entries())
    if (node !== graph.nodes[i]) node.outputs.forEach((name) => written.add(name));
  const kept = nodes.filter(
    (node, i) => node !== graph.nodes[i] || !node.outputs.some((name) => written.has(name)),
  );
  return withoutUnread({ ...graph, nodes: kept });
}

function fuse(node: OnnxNode, links: Links): OnnxNode | undefined {
  if (node.domain !== '' || node.outputs.length !== 1) return undefined;
  const form = Object.hasOwn(FORMS, node.type) ? FORMS[node.type] : undefined;
  if (!form && !MOVES.includes(node.type)) return undefined;
  const end = quantizedEnd(node, links);
  if (!end) return undefined;
  return form ? onEightBits(node, form, end, links) : moved(node, end, links);
}

interface End {
  readonly quantize: OnnxNode;
  readonly low: number;
  readonly high: number;
}

// The QuantizeLinear that alone reads a node's result, through clamps.
function quantizedEnd(node: OnnxNode, links: Links): End | undefined {
  let [low, high] = [-Infinity, Infinity];
  let reader = onlyReader(links, node.outputs[0]!);
  while (reader && (reader.type === 'Relu' || reader.type === 'Clip')) {
    const limits = reader.type === 'Relu' ? ([0, Infinity] as const) : clipLimits(reader, links);
    if (!limits) return undefined;
    [low, high] = [Math.max(low, limits[0]), Math.min(high, limits[1])];
    reader = onlyReader(links, reader.outputs[0]!);
  }
  return reader?.type === 'QuantizeLinear' ? { quantize: reader, low, high } : undefined;
}

function clipLimits({ inputs, attributes }: OnnxNode, links: Links): [number, number] | undefined {
  const limit = (name: string, position: number, otherwise: number) => {
    const attribute = attributes.get(name);
    if (attribute?.kind === 'float') return attribute.value;
    const input = inputs[position];
    return input ? (floatsOf(links, input)?.[0] ?? NaN) : otherwise;
  };
  const limits: [number, number] = [limit('min', 1, -Infinity), limit('max', 2, Infinity)];
  return limits.some(Number.isNaN) ? undefined : limits;
}

function onEightBits(
  node: OnnxNode,
  { type, domain = '', operands, bias, constants = [] }: Form,
  { quantize, low, high }: End,
  links: Links,
): OnnxNode | undefined {
  const sources = node.inputs.slice(0, operands).map((name) => dequantized(name, links));
  if (sources.length < operands || sources.some((source) => !source)) return undefined;
  if (constants.some((i) => !links.constants.has(sources[i]![0]))) return undefined;
  const rest = node.inputs[operands];
  const extra = bias && rest ? biasOf(rest, sources, links) : undefined;
  if (rest && extra === undefined) return undefined;
  const result = [1, 2].map((i) => quantize.inputs[i] ?? '');
  const inputs = [
    ...sources.flatMap((source) => source!),
    ...(bias === 'before-output' ? [extra ?? '', ...result] : result),
    ...(bias === 'last' && extra !== undefined ? [extra] : []),
  ];
  const attributes = new Map<string, OnnxAttribute>(node.attributes);
  if (low > -Infinity) attributes.set('thimble_low', { kind: 'float', value: low });
  if (high < Infinity) attributes.set('thimble_high', { kind: 'float', value: high });
  return { ...node, type, domain, inputs, outputs: quantize.outputs, attributes };
}

// Value, scale and zero point behind a dequantized value of 8 bits.
function dequantized(name: string, links: Links): [string, string, string] | undefined {
  const writer = links.writers.get(name);
  if (writer?.type !== 'DequantizeLinear') return undefined;
  const [value = '', scale = '', zero = ''] = writer.inputs;
  return [value, scale, zero];
}

/**
 * The name of a bias: int32 in steps of input times weights, or floats. Undefined where it has other
 * steps: the operator stays in floats.
 */
function biasOf(
  name: string,
  sources: readonly ([string, string, string] | undefined)[],
  links: Links,
): string | undefined {
  if (floatsOf(links, name)) return name;
  const source = dequantized(name, links);
  const [own, input, weights] = [source?.[1], sources[0]?.[1], sources[1]?.[1]].map((scale) =>
    floatsOf(links, scale),
  );
  if (!source || !own || !input || !weights || !links.constants.has(source[0])) return undefined;
  const steps = weights.every((scale, c) => {
    const found = own[own.length > 1 ? c : 0]!;
    return Math.abs(found - input[0]! * scale) <= 1e-5 * found;
  });
  return steps ? source[0] : undefined;
}

// An operator that moves elements does so on 8 bits, if scale and zero point are the same on both sides.
function moved(node: OnnxNode, { quantize, low, high }: End, links: Links): OnnxNode | undefined {
  if (low > -Infinity || high < Infinity) return undefined;
  const data = node.type === 'Concat' ? node.inputs : node.inputs.slice(0, 1);
  const sources = data.map((name) => dequantized(name, links));
  const same = (source: [string, string, string] | undefined) =>
    source !== undefined &&
    sameConstant(links, source[1], quantize.inputs[1]) &&
    sameConstant(links, source[2], quantize.inputs[2]);
  if (!sources.every(same)) return undefined;
  const inputs = node.inputs.map((name, i) => sources[i]?.[0] ?? name);
  return { ...node, inputs, outputs: quantize.outputs };
}

function sameConstant({ constants }: Links, a = '', b = ''): boolean {
  if (a === b) return true;
  const [x, y] = [constants.get(a), constants.get(b)];
  return (
    x !== undefined &&
    y !== undefined &&
    x.dtype === y.dtype &&
    Buffer.compare(x.data, y.data) === 0
  );
}
