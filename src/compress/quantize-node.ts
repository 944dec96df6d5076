import type { GraphBuilder } from '../ir/graph.ts';
import type { Node, Quantization, Tensor, TensorId, TypedNode } from '../ir/types.ts';
import { sameQuantization } from '../ir/types.ts';
import { constantValue, floats } from '../ir/values.ts';
import { opOf } from '../ops/index.ts';
import { isOp } from '../ops/op.ts';
import type { Op } from '../ops/op.ts';
import { pad } from '../ops/shape/pad.ts';
import type { PadAttrs } from '../ops/shape/pad.ts';
import { bytesOf } from '../support/bytes.ts';
import { clamp } from '../support/fixed-point.ts';
import { limitsOf, quantizationOf, rangeOf } from './range.ts';
import { quantizeBias, quantizeWeights } from './weights.ts';

/**
 * Adds the int8 form of a float node to a graph whose activations have their int8 types already,
 * with its constants, and a requantization of each operand that it needs in its output's type.
 */
export function quantizeNode(
  builder: GraphBuilder,
  node: TypedNode,
  borders: ReadonlyMap<TensorId, number>,
  { perLayer = false }: { readonly perLayer?: boolean } = {},
): void {
  const { quantize, weights } = opOf(node.op);
  const output = builder.tensor(node.outputs[0]!.id);
  const inputs = node.inputs.map((tensor, i) => {
    if (!tensor || (tensor.data && (i === weights?.input || i === weights?.bias))) return undefined;
    if (quantize !== 'same') return tensor.data ? addOperand(builder, tensor) : tensor.id;
    if (tensor.data) return addConstant(builder, tensor, output.quant!);
    return inTypeOf(builder, node, tensor.id, output);
  });
  if (weights) addWeights(builder, node, { ...weights, perLayer }, inputs);
  const outputs = node.outputs.map(({ id }) => id);
  const attrs = attributesOf(node, output, borders);
  builder.nodes.push({ op: node.op, attrs, inputs, outputs, origin: node.origin });
}

// The border that only maximum pooling sees becomes the least value of the type.
function attributesOf(
  node: TypedNode,
  output: Tensor,
  borders: ReadonlyMap<TensorId, number>,
): unknown {
  if (!isOp<PadAttrs>(node, pad) || !borders.has(output.id)) return node.attrs;
  return { ...node.attrs, value: rangeOf(output.quant!).low };
}

// Weights and bias have scales that the input's follows from.
function addWeights(
  builder: GraphBuilder,
  node: TypedNode,
  at: NonNullable<Op['weights']> & { readonly perLayer: boolean },
  inputs: (TensorId | undefined)[],
): void {
  const input = builder.tensor(inputs[0]!);
  const weights = node.inputs[at.input];
  const bias = at.bias === undefined ? undefined : node.inputs[at.bias];
  if (!weights?.data) return;
  const scaled = quantizeWeights(weights, at, input.quant!.scales[0]!, bias);
  inputs[at.input] = builder.addTensor(weights.name, ...scaled);
  if (!bias?.data) return;
  const stored = quantizeBias(bias, input, builder.tensor(inputs[at.input]!));
  inputs[at.bias!] = builder.addTensor(bias.name, ...stored);
}

// A constant operand (of an addition, say), by its own least and largest value.
function addOperand(builder: GraphBuilder, tensor: Tensor): TensorId {
  return addConstant(builder, tensor, quantizationOf(limitsOf(floats(constantValue(tensor)))));
}

function addConstant(builder: GraphBuilder, tensor: Tensor, quant: Quantization): TensorId {
  const [scale, zeroPoint] = [quant.scales[0]!, quant.zeroPoints[0]!];
  const stored = Int8Array.from(floats(constantValue(tensor)), (x) =>
    clamp(Math.round(x / scale) + zeroPoint, -128, 127),
  );
  const type = { dtype: 'int8', shape: tensor.shape, quant } as const;
  return builder.addTensor(tensor.name, type, bytesOf(stored));
}

// An operand as it is, or requantized: once for all that read it in the same type.
function inTypeOf(
  builder: GraphBuilder,
  reader: TypedNode,
  id: TensorId,
  { quant }: Tensor,
): TensorId {
  const tensor = builder.tensor(id);
  const type = { dtype: 'int8', shape: tensor.shape, quant: quant! } as const;
  if (sameQuantization(tensor, type)) return id;
  const made = builder.nodes.find(
    ({ op, inputs, outputs }: Node) =>
      op === 'quantize' && inputs[0] === id && sameQuantization(builder.tensor(outputs[0]!), type),
  );
  if (made) return made.outputs[0]!;
  const name = `${tensor.name}_requantized`;
  const requantized = builder.addTensor(name, type);
  builder.nodes.push({
    op: 'quantize',
    attrs: { rounding: 'double' },
    inputs: [id],
    outputs: [requantized],
    origin: { ...reader.origin, name },
  });
  return requantized;
}
