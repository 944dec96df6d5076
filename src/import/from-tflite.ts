import { MAX_ELEMENTS, MAX_RANK } from '../formats/tensor-limits.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from '../formats/tflite/records.ts';
import { GraphBuilder, typedNode } from '../ir/graph.ts';
import type { Graph, Node, Origin, Tensor, TensorId } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { constantValue, valueBytes } from '../ir/values.ts';
import { OPS, opOf } from '../ops/index.ts';
import { checkOperands, Unsupported } from '../ops/op.ts';
import type { Op, Read } from '../ops/op.ts';
import { CompileError, throwIfAny } from '../support/diagnostics.ts';
import { shorten } from '../support/identifiers.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { isLegacyUint8, toInt8 } from './legacy-uint8.ts';
import { sortOperators } from './sort-operators.ts';

/** What one TFLite operator becomes, or why it cannot. */
export interface OperatorVerdict {
  readonly operator: TfliteOperator;
  readonly name: string;
  readonly node?: Node;
  readonly problem?: Diagnostic;
}

type Reader = (operator: TfliteOperator) => Read<unknown>;

const READERS = new Map<string, { op: Op; read: Reader }>(
  OPS.flatMap((op) => Object.entries(op.tflite ?? {}).map(([code, read]) => [code, { op, read }])),
);

/** Names of the TFLite operators that can be imported. */
export const TFLITE_OPERATORS: readonly string[] = [...READERS.keys()].sort();

/** Builds the graph of a TFLite model. Throws CompileError with every unsupported operator. */
export function fromTflite(model: TfliteModel, file: string): Graph {
  const { graph, verdicts } = translate(model, file);
  throwIfAny(verdicts.flatMap(({ problem }) => (problem ? [problem] : [])));
  return graph;
}

/** Translates operator by operator; what fails is left out of the graph and told in its verdict. */
export function translate(model: TfliteModel, file: string) {
  const source = isLegacyUint8(model) ? toInt8(model) : model;
  const builder = new GraphBuilder();
  for (const tensor of source.tensors) builder.setTensor(toTensor(tensor));
  checkEnds(source, file);
  const verdicts: OperatorVerdict[] = [];
  for (const operator of sortOperators(source, file)) {
    verdicts.push(translateOperator(operator, builder, file, source !== model));
  }
  builder.nodes.push(...verdicts.flatMap(({ node }) => (node ? [node] : [])));
  const ids = (tensors: readonly TfliteTensor[]): TensorId[] => tensors.map((t) => t.index);
  const graph = builder.finish(file, ids(source.inputs), ids(source.outputs));
  return { graph, verdicts };
}

function toTensor({ index, name, dtype, shape, quant, data }: TfliteTensor): Tensor {
  return { id: index, name, dtype, shape, ...(quant && { quant }), ...(data && { data }) };
}

function checkEnds(model: TfliteModel, file: string): void {
  const problem = (message: string): never => {
    throw new CompileError({
      code: 'malformed-model',
      message,
      where: file,
      hint: 'export the model again',
    });
  };
  if (model.inputs.length === 0) problem('the model has no inputs');
  if (model.outputs.length === 0) problem('the model has no outputs');
  const produced = new Set(model.operators.flatMap((operator) => operator.outputs));
  for (const tensor of model.inputs) {
    if (tensor.data || produced.has(tensor))
      problem(`its input "${tensor.name}" is written by the model`);
    if (elements(tensor) === 0) {
      problem(`its input "${tensor.name}" has the shape [${tensor.shape.join(',')}]`);
    }
    if (tensor.unreadable) problem(`its input "${tensor.name}" ${tensor.unreadable}`);
  }
  for (const tensor of model.outputs) {
    if (tensor.data) problem(`its output "${tensor.name}" is a constant`);
  }
}

function translateOperator(
  operator: TfliteOperator,
  builder: GraphBuilder,
  file: string,
  legacy: boolean,
): OperatorVerdict {
  const name = operator.outputs[0]?.name ?? operator.code;
  const reader = READERS.get(operator.code);
  const fail = (message: string, hint: string): OperatorVerdict => {
    const where = `${file} operator #${operator.index} "${shorten(name)}"`;
    return { operator, name, problem: { code: 'unsupported-operator', message, where, hint } };
  };
  if (!reader) {
    const custom = operator.code.startsWith('CUSTOM:');
    return fail(
      custom
        ? `${operator.code.slice(7)} is a custom operator, its code is not in the model`
        : `${operator.code} is not supported`,
      custom
        ? 'cut the model before it and do its work in the application'
        : 'replace the layer by supported ones (OPERATORS.md), or cut the model before it',
    );
  }
  try {
    const node = buildNode(
      reader,
      operator,
      builder,
      { file, operator: operator.index, name },
      legacy,
    );
    return foldConstant(node, builder) ? { operator, name } : { operator, name, node };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    const hint =
      error.hint ?? 'thimble inspect shows its tensors; OPERATORS.md says what is supported';
    return fail(`${operator.code}: ${error.message}`, hint);
  }
}

function buildNode(
  { op, read }: { op: Op; read: Reader },
  operator: TfliteOperator,
  builder: GraphBuilder,
  origin: Origin,
  legacy: boolean,
): Node {
  const odd = [...operator.inputs, ...operator.outputs].find((tensor) => tensor?.unreadable);
  if (odd) {
    throw new Unsupported(
      `its tensor "${shorten(odd.name)}" ${odd.unreadable}`,
      'export the model with int8 or float tensors',
    );
  }
  const current = operator.inputs.map((tensor) => tensor && refresh(tensor, builder));
  if (current.length === 0 || operator.outputs.length === 0) {
    throw new Unsupported('it has no inputs or no outputs');
  }
  const result = read({ ...operator, inputs: current });
  const attrs = legacy ? legacyAttrs(result.attrs) : result.attrs;
  const kept = result.keep ?? current.map((_, i) => i);
  const inputs = kept.map((i) => current[i]?.index);
  const node: Node = {
    op: op.name,
    attrs,
    inputs,
    outputs: operator.outputs.map((tensor) => tensor.index),
    origin,
  };
  setShapes(op, node, builder);
  const typed = typedNode(builder, node);
  const hollow = [...typed.inputs, ...typed.outputs].find((t) => t && elements(t) === 0);
  if (hollow) throw new Unsupported(`its tensor "${hollow.name}" is empty`);
  const reason = rejectLargePlane(typed.inputs, typed.outputs) ?? opOf(op.name).reject(typed);
  if (reason) throw new Unsupported(reason, hintFor(reason));
  return node;
}

// A node on constants alone (float16 weights behind DEQUANTIZE) becomes constants itself.
function foldConstant(node: Node, builder: GraphBuilder): boolean {
  const typed = typedNode(builder, node);
  if (!typed.inputs.every((tensor) => tensor === undefined || tensor.data)) return false;
  const values = typed.inputs.map((tensor) => tensor && constantValue(tensor));
  const results = opOf(node.op).evaluate(typed, values);
  results.forEach((value, i) => {
    builder.setTensor({ ...typed.outputs[i]!, data: valueBytes(value) });
  });
  return true;
}

// Legacy uint8 models round once and take exponentials from a float table (design: baseline.md).
function legacyAttrs(attrs: unknown): unknown {
  const legacy = { ...(attrs as Record<string, unknown>) };
  if ('rounding' in legacy) legacy.rounding = 'single';
  if ('arithmetic' in legacy) legacy.arithmetic = 'float';
  return legacy;
}

// A tensor with the shape, and the constant, that its producer was found to give it.
function refresh(tensor: TfliteTensor, builder: GraphBuilder): TfliteTensor {
  const { shape, data } = builder.tensor(tensor.index);
  return { ...tensor, shape, ...(data && { data }) };
}

function setShapes(op: Op, node: Node, builder: GraphBuilder): void {
  const inputs = node.inputs.map((id) => (id === undefined ? undefined : builder.tensor(id)));
  checkOperands(op, inputs);
  if (inputs[0]!.shape.length === 0) throw new Unsupported('its input is a scalar');
  const shapes = op.inferShapes(node.attrs, inputs);
  if (shapes.length !== node.outputs.length) {
    throw new Unsupported(`it has ${node.outputs.length} outputs, not ${shapes.length}`);
  }
  shapes.forEach((shape, i) => {
    const tensor = builder.tensor(node.outputs[i]!);
    if (shape.length > MAX_RANK || shape.reduce((a, b) => a * b, 1) > MAX_ELEMENTS) {
      throw new Unsupported(`its output would have the absurd shape [${shape.join(',')}]`);
    }
    builder.setTensor({ ...tensor, shape });
  });
}

// The kernels keep heights, widths and channels in 16 bits.
function rejectLargePlane(
  inputs: readonly (Tensor | undefined)[],
  outputs: readonly Tensor[],
): string | undefined {
  const large = [...inputs, ...outputs].find(
    (tensor) => tensor?.shape.length === 4 && tensor.shape.some((size) => size > 32767),
  );
  return large && `its tensor [${large.shape.join(',')}] has a dimension beyond 32767`;
}

function hintFor(reason: string): string | undefined {
  if (reason.includes('dynamic-range')) {
    return 'export the model as float (thimble quantizes it) or with full integer quantization';
  }
  return undefined;
}
