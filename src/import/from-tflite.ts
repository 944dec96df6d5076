import type {
  TfliteFile,
  TfliteModel,
  TfliteOperator,
  TfliteTensor,
} from '../formats/tflite/records.ts';
import { GraphBuilder } from '../ir/graph.ts';
import type { Graph, TensorId } from '../ir/types.ts';
import { throwIfAny } from '../support/diagnostics.ts';
import { checkEnds } from './check-ends.ts';
import { foldBudget } from './fold-constants.ts';
import { hasLegacyUint8, isLegacyUint8, mixesSigns, toInt8 } from './legacy-uint8.ts';
import { openShapes, withShapes } from './open-shapes.ts';
import type { ImportOptions } from './open-shapes.ts';
import { sortOperators } from './sort-operators.ts';
import { copyOutputs } from './copy-outputs.ts';
import { checkReads, toStates } from './to-states.ts';
import { isKnown, refuseFor, translateOperator } from './translate-operator.ts';
import type { OperatorVerdict, Translation } from './translate-operator.ts';
import { takeVariables } from './variables.ts';
import { widenWeights } from './widen-weights.ts';

export type { OperatorVerdict } from './translate-operator.ts';

/** Builds the graph of a TFLite model. Throws CompileError with every unsupported operator. */
export function fromTflite(model: TfliteFile, file: string, options: ImportOptions = {}): Graph {
  const { graph, verdicts } = translate(model, file, options);
  throwIfAny(verdicts.flatMap(({ problem }) => (problem ? [problem] : [])));
  return graph;
}

/** Translates operator by operator; what fails is left out of the graph and told in its verdict. */
export function translate(
  file: TfliteFile,
  name: string,
  options: ImportOptions = {},
): { graph: Graph; verdicts: OperatorVerdict[] } {
  const { model: plain, variables, reads, refused } = takeVariables(file);
  const model = withShapes(plain, name, options);
  openShapes(model).forEach((note) => options.onNote?.(note));
  const { model: widened, count } = widenWeights(model);
  if (count > 0)
    options.onNote?.(
      `${count} int8 constants of operators on floats are kept as the floats that they stand for; thimble quantize makes the whole model int8`,
    );
  const source = hasLegacyUint8(widened) ? toInt8(widened) : widened;
  const given = [...source.inputs, ...variables.map(({ read }) => source.tensors[read]!)];
  const { sorted, problems } = sortOperators({ ...source, inputs: given }, name);
  // An operator that thimble does not have is news; its odd tensors are not.
  const known = source.operators.every(isKnown);
  if (known && refused.length === 0) throwIfAny([...checkEnds(source, name), ...problems]);
  const builder = new GraphBuilder();
  for (const tensor of source.tensors) builder.setTensor(toTensor(tensor));
  const context: Translation = {
    ...{ builder, file: name, budget: foldBudget(constantBytes(source)) },
    legacy: indices(model, isLegacyUint8),
    mixed: indices(model, mixesSigns),
    ...{ resized: model !== plain, states: [] },
  };
  const verdicts = [
    ...refused.map(({ operator, reason }) => refuseFor(operator, name, reason)),
    ...sorted.map((operator) => translateOperator(operator, context)),
  ];
  for (const { node } of verdicts) if (node) builder.nodes.push(node);
  const ids = (tensors: readonly TfliteTensor[]): TensorId[] => tensors.map((t) => t.index);
  const sound = verdicts.every(({ problem }) => !problem);
  if (sound) {
    checkReads(reads, builder, name);
    builder.states = [...toStates(variables, builder, model, name), ...context.states];
  }
  const outputs = sound
    ? copyOutputs(builder, ids(source.inputs), ids(source.outputs), name)
    : ids(source.outputs);
  return { graph: builder.finish(name, ids(source.inputs), outputs), verdicts };
}

function constantBytes({ tensors }: TfliteModel): number {
  return tensors.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}

function toTensor({ index, name, dtype, shape, quant, data }: TfliteTensor) {
  return { id: index, name, dtype, shape, ...(quant && { quant }), ...(data && { data }) };
}

function indices(
  { operators }: TfliteModel,
  is: (operator: TfliteOperator) => boolean,
): ReadonlySet<number> {
  return new Set(operators.filter(is).map(({ index }) => index));
}
