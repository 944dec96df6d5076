import { isAbsurd } from '../formats/tensor-limits.ts';
import { OPTIONS_OF, OPTIONS_TABLES } from '../formats/tflite/names.ts';
import { ReadOptions } from '../formats/tflite/read-options.ts';
import type { TfliteOperator, TfliteTensor } from '../formats/tflite/records.ts';
import { typedNode } from '../ir/graph.ts';
import type { GraphBuilder } from '../ir/graph.ts';
import type { Node, State, TensorId } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { bytesOfNumbers } from '../ops/constant-op.ts';
import { CONSTANT_OPS, constantOpOf } from '../ops/constant-ops.ts';
import type { ConstantOp } from '../ops/constant-ops.ts';
import { outputShapes, rejectTypes } from '../ops/check-node.ts';
import { OPS } from '../ops/index.ts';
import { Unsupported } from '../ops/op.ts';
import type { Op, Read } from '../ops/op.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { shorten } from '../support/identifiers.ts';
import { foldNode, spend, spendConstants } from './fold-constants.ts';
import type { FoldBudget } from './fold-constants.ts';
import { unknownOperator } from './unknown-operator.ts';

/** What one TFLite operator becomes, or why it cannot. */
export interface OperatorVerdict {
  readonly operator: TfliteOperator;
  readonly name: string;
  readonly node?: Node;
  readonly problem?: Diagnostic;
}

/** What all operators of a model share. */
export interface Translation {
  readonly builder: GraphBuilder;
  readonly file: string;
  readonly budget: FoldBudget;
  /** Operators, by index, that compute as legacy uint8 models do. */
  readonly legacy: ReadonlySet<number>;
  /** Operators, by index, that mix int8 and uint8. */
  readonly mixed: ReadonlySet<number>;
  /** Of variables that operators change: those found so far. */
  readonly states: State[];
  /** The inputs have other shapes than the file says: so may all that follows. */
  readonly resized: boolean;
}

type Reader = (operator: TfliteOperator) => Read<unknown>;

const READERS = new Map<string, { op: Op; read: Reader }>(
  OPS.flatMap((op) => Object.entries(op.tflite ?? {}).map(([code, read]) => [code, { op, read }])),
);

/** Whether thimble has the operator, in some variant. */
export function isKnown({ code }: TfliteOperator): boolean {
  return READERS.has(code) || Object.hasOwn(CONSTANT_OPS, code);
}

/** Makes a node, or a constant, of an operator whose operands have been translated. */
export function translateOperator(operator: TfliteOperator, context: Translation): OperatorVerdict {
  const name = nameOf(operator);
  const fail = (message: string, hint: string) => refuse(operator, context.file, message, hint);
  if (!isKnown(operator)) return fail(...unknownOperator(operator.code));
  try {
    const options = new ReadOptions(operator.options);
    const inputs = operator.inputs.map((tensor) => tensor && refresh(tensor, context.builder));
    const current = { ...operator, inputs, options };
    checkTensors(current, context);
    const constant = constantOpOf(current, READERS.has(current.code));
    const node = constant ? undefined : buildNode(current, name, context);
    if (constant) foldConstant(constant, current, context);
    checkOptions(current);
    if (!node || foldNode(node, context.builder, context.budget)) return { operator, name };
    spendConstants(node, context.builder, context.budget);
    return { operator, name, node };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return refuseFor(operator, context.file, error);
  }
}

/** The verdict on an operator that has been found not to be supported. */
export function refuseFor(
  operator: TfliteOperator,
  file: string,
  { message, hint }: Unsupported,
): OperatorVerdict {
  const help = hint ?? 'thimble inspect shows its tensors; OPERATORS.md says what is supported';
  return refuse(operator, file, `${operator.code}: ${message}`, help);
}

function refuse(
  operator: TfliteOperator,
  file: string,
  message: string,
  hint: string,
): OperatorVerdict {
  const name = nameOf(operator);
  const where = `${file} operator #${operator.index} "${shorten(name)}"`;
  return { operator, name, problem: { code: 'unsupported-operator', message, where, hint } };
}

function nameOf({ outputs, code }: TfliteOperator): string {
  return outputs[0]?.name ?? code;
}

// A tensor with the shape, and the constant, that its producer was found to give it.
function refresh(tensor: TfliteTensor, builder: GraphBuilder): TfliteTensor {
  const { shape, data } = builder.tensor(tensor.index);
  return { ...tensor, shape, ...(data && { data }) };
}

function checkTensors(operator: TfliteOperator, { mixed }: Translation): void {
  const { inputs, outputs } = operator;
  if (inputs.length === 0 || outputs.length === 0) {
    throw new Unsupported('it has no inputs or no outputs');
  }
  const odd = [...inputs, ...outputs].find((tensor) => tensor?.unreadable);
  if (odd) {
    throw new Unsupported(
      `its tensor "${shorten(odd.name)}" ${odd.unreadable}`,
      'export the model with int8 or float tensors',
    );
  }
  if (mixed.has(operator.index)) throw new Unsupported('it mixes int8 and uint8 tensors');
}

function buildNode(operator: TfliteOperator, name: string, context: Translation): Node {
  const { builder, file, legacy } = context;
  const { op, read } = READERS.get(operator.code)!;
  const result = read(operator);
  const kept = result.keep ?? operator.inputs.map((_, i) => i);
  const next = nextStates(operator, result.states ?? [], context);
  const node: Node = {
    op: op.name,
    attrs: legacy.has(operator.index) ? legacyAttrs(result.attrs) : result.attrs,
    inputs: kept.map((each) =>
      typeof each === 'number'
        ? operator.inputs[each]?.index
        : builder.addTensor(each.name, each.type, each.data),
    ),
    outputs: [...operator.outputs.map((tensor) => tensor.index), ...next],
    origin: { file, operator: operator.index, name },
  };
  const inputs = node.inputs.map((id) => (id === undefined ? undefined : builder.tensor(id)));
  const shapes = outputShapes(op, node.attrs, inputs, node.outputs.length);
  operator.outputs.forEach((output, i) => setShape(output, shapes[i]!, context));
  const reason = rejectTypes(op, typedNode(builder, node));
  if (reason) throw new Unsupported(reason, hintFor(reason));
  return node;
}

// Tensors for the next values of the variables that an operator changes: others it may not have.
function nextStates(
  { inputs, outputs }: TfliteOperator,
  changed: readonly number[],
  { builder, states }: Translation,
): TensorId[] {
  const variables = changed.map((place) => inputs[place]);
  const other = [...inputs, ...outputs].find(
    (tensor) => tensor?.variable && !variables.includes(tensor),
  );
  if (other)
    throw new Unsupported(
      `its tensor "${shorten(other.name)}" is a variable, kept from one inference to the next`,
      'make the state an input and an output of the model',
    );
  return variables.map((variable) => {
    if (!variable?.variable || variable.data)
      throw new Unsupported(`its state "${shorten(variable?.name ?? '')}" is no variable`);
    if (states.some(({ read }) => read === variable.index))
      throw new Unsupported(`its state "${shorten(variable.name)}" is another operator's, too`);
    const write = builder.addTensor(`next ${variable.name}`, builder.tensor(variable.index));
    states.push({ read: variable.index, write });
    return write;
  });
}

function foldConstant(op: ConstantOp, operator: TfliteOperator, context: Translation): void {
  const [output, ...others] = operator.outputs;
  if (others.length > 0) throw new Unsupported(`it has ${operator.outputs.length} outputs`);
  const shape = op.inferShape(operator);
  const type = { ...output!, shape };
  spend(context.budget, elements(type), elements(type));
  setShape(output!, shape, context);
  const data = bytesOfNumbers(type, op.evaluate(operator));
  context.builder.setTensor({ ...context.builder.tensor(output!.index), data });
}

// The shape that an output has, which must be the declared one where the file knows it.
function setShape(
  output: TfliteTensor,
  shape: readonly number[],
  { builder, resized }: Translation,
): void {
  if (isAbsurd(shape)) {
    throw new Unsupported(`its output would have the absurd shape [${shape.join(',')}]`);
  }
  const { shape: declared, signature, unranked, name } = output;
  const same =
    declared.length === shape.length &&
    declared.every((size, i) => size === shape[i] || signature[i] === -1);
  if (!same && !unranked && !resized) {
    throw new Unsupported(
      `its output "${shorten(name)}" is declared as [${declared.join(',')}], and would be [${shape.join(',')}]`,
      'export the model again; a size that the file leaves open is set by --shape',
    );
  }
  const { id, dtype, quant } = builder.tensor(output.index);
  builder.setTensor({ id, name, dtype, shape, ...(quant && { quant }) });
}

// What the file asks for is done, or refused: never passed over.
function checkOptions({ code, options, optionsType }: TfliteOperator & { options: ReadOptions }) {
  const [unread] = options.unread();
  if (unread !== undefined)
    throw new Unsupported(`its option ${unread} is set, which thimble does not know`);
  const wanted = OPTIONS_OF[code];
  const found = OPTIONS_TABLES[optionsType];
  if (wanted !== undefined && found !== wanted && options.fieldsSet().length > 0)
    throw new Unsupported(
      `its options are those of ${found ?? `number ${optionsType}`}, not of ${wanted}`,
    );
}

// Legacy uint8 operators round once and take exponentials from a float table (design: baseline.md).
function legacyAttrs(attrs: unknown): unknown {
  const legacy = { ...(attrs as Record<string, unknown>) };
  if ('rounding' in legacy) legacy.rounding = 'single';
  if ('arithmetic' in legacy) legacy.arithmetic = 'float';
  return legacy;
}

function hintFor(reason: string): string | undefined {
  if (reason.includes('dynamic-range')) {
    return 'export the model as float (thimble quantizes it) or with full integer quantization';
  }
  return undefined;
}
