import path from 'node:path';
import { isOnnx, readOnnx } from '../../formats/onnx/read.ts';
import { isTflite, readTflite } from '../../formats/tflite/read.ts';
import { translate } from '../../import/from-tflite.ts';
import type { OperatorVerdict } from '../../import/from-tflite.ts';
import { translateOnnx } from '../../import/from-onnx.ts';
import { bindStates } from '../../import/bind-states.ts';
import type { ImportOptions } from '../../import/open-shapes.ts';
import { importModel } from '../../import/import-model.ts';
import { typedNode, typedNodes } from '../../ir/graph.ts';
import type { WeightFacts } from '../../encode/patterns.ts';
import type { Graph, TypedNode } from '../../ir/types.ts';
import { byteLength, formatType, perTensor } from '../../ir/types.ts';
import { factsOf } from '../../ops/weight-values.ts';
import { runPasses } from '../../passes/index.ts';
import { shrink } from '../../passes/shrink/shrink.ts';
import { copyReports, describeCopies } from '../../report/copies.ts';
import { describeRemoved } from '../../report/removed.ts';
import { macsOf } from '../../report/report.ts';
import { formatCount, formatTable } from '../../report/table.ts';
import { throwIfAny } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { besideFile } from '../../workflow/beside-file.ts';
import { readInput } from '../../workflow/read-input.ts';
import { MalformedFile } from '../../formats/malformed-file.ts';
import type { Context } from '../context.ts';
import { importOptions } from '../open-model.ts';
import type { ImportingOptions } from '../model-options.ts';

/** `thimble inspect MODEL`: every operator, and every unsupported one at once. */
export async function inspect(
  file: string,
  options: ImportingOptions,
  context: Context,
): Promise<void> {
  const bytes = await readInput(file, 'model');
  const source = path.basename(file);
  const { graph, found, problems } = readForInspection(bytes, source, {
    beside: besideFile(file),
    ...(await importOptions(options, context.output)),
  });
  const shrunk = problems.length === 0 ? shrinkForInspection(graph) : null;
  const copies = copyReports(typedNodes(graph), graph.inputs);
  const layers = found.map((layer, index) => ({ index, ...layer }));
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  const weightBytes = layers.reduce((sum, layer) => sum + layer.weightBytes, 0);
  const rows = [
    [
      '#',
      'operator',
      'output',
      'quantization',
      'MACs',
      'weights',
      'zeros',
      'values',
      'bits',
      'pattern',
      'name',
    ],
    ...layers.map((l) => [
      ...[String(l.index), l.op, l.output, l.quantization, formatCount(l.macs)],
      ...[formatCount(l.weightBytes), ...describeWeights(l.values), l.name.slice(0, 60)],
    ]),
  ];
  const ends = (ids: readonly number[]) =>
    ids
      .map((id) => graph.tensors.get(id)!)
      .map((t) => `${formatType(t)} "${t.name}"`)
      .join(', ');
  const states = graph.states.map(({ read }) => read);
  const describeState = (id: number) => {
    const tensor = graph.tensors.get(id)!;
    return { tensor: tensor.name, type: formatType(tensor), bytes: byteLength(tensor) };
  };
  const text = [
    `${source}: ${layers.length} operators, ${formatCount(macs)} MACs, ${formatCount(weightBytes)} bytes of constants`,
    `input  ${ends(graph.inputs)}`,
    `output ${ends(graph.outputs)}`,
    ...(states.length > 0 ? [`state  ${ends(states)}`] : []),
    '',
    ...formatTable(rows),
    '',
    ...describeCopies(copies),
    ...(shrunk ? describeRemoved(shrunk) : []),
  ];
  if (text.at(-1) === '') text.pop();
  const unsupported = problems.map(({ message, where }) => ({ message, where }));
  context.output.result(text, {
    model: source,
    macs,
    weightBytes,
    layers,
    states: states.map(describeState),
    copies,
    unsupported,
    shrunk,
  });
  throwIfAny(problems);
}

// What compilation would take out of the graph.
function shrinkForInspection(graph: Graph) {
  const model = runPasses(graph);
  const { graph: smaller, removed } = shrink(model);
  const [macs, modelMacs] = [smaller, model].map((each) =>
    typedNodes(each).reduce((sum, node) => sum + macsOf(node), 0),
  );
  return { macs: macs!, modelMacs: modelMacs!, removed };
}

interface Inspected {
  readonly graph: Graph;
  readonly found: Layer[];
  readonly problems: readonly Diagnostic[];
}

// What can be read is shown even when some operators cannot.
function readForInspection(bytes: Uint8Array, source: string, options: ImportOptions): Inspected {
  const bound = (whole: Inspected): Inspected =>
    whole.problems.length > 0
      ? whole
      : { ...whole, graph: bindStates(whole.graph, source, options.states) };
  try {
    if (isTflite(bytes)) {
      const { graph, verdicts } = translate(readTflite(bytes), source, options);
      const found = verdicts.flatMap((verdict) => {
        if (verdict.problem) return rejectedLayer(verdict);
        return verdict.node ? layerOf(typedNode(graph, verdict.node)) : [];
      });
      return bound({ graph, found, problems: verdicts.flatMap(({ problem }) => problem ?? []) });
    }
    if (isOnnx(bytes)) {
      const { graph, problems } = translateOnnx(readOnnx(bytes, options.beside), source, options);
      return bound({ graph, found: typedNodes(graph).map(layerOf), problems });
    }
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error;
  }
  const graph = importModel(bytes, source, options);
  return { graph, found: typedNodes(graph).map(layerOf), problems: [] };
}

type Layer = ReturnType<typeof layerOf>;

function layerOf(node: TypedNode) {
  const constants = node.inputs.filter((tensor) => tensor?.data);
  const weights = node.inputs[1];
  const output = node.outputs[0]!;
  const { scale, zeroPoint } = perTensor(output);
  return {
    op: node.op,
    name: node.origin.name,
    output: formatType(output),
    quantization: output.quant ? `${scale.toPrecision(4)} ${zeroPoint}` : '',
    macs: macsOf(node),
    weightBytes: constants.reduce((sum, tensor) => sum + tensor!.data!.length, 0),
    ...valuesOf(weights?.data && macsOf(node) > 0 ? factsOf(weights) : null),
  };
}

// `sparsity` stands beside the others, where it was before there were any.
function valuesOf(values: WeightFacts | null) {
  return { sparsity: values?.sparsity ?? null, values };
}

// Zeros, values, bits and pattern as the table has them.
function describeWeights(values: WeightFacts | null): string[] {
  if (!values) return ['', '', '', ''];
  const { sparsity, distinct, entropy, pattern } = values;
  return [`${(100 * sparsity).toFixed(0)}%`, String(distinct), entropy.toFixed(1), pattern ?? ''];
}

// An operator that thimble does not have: as its file names and shapes it.
function rejectedLayer({ operator, name }: OperatorVerdict): Layer {
  const [output] = operator.outputs;
  return {
    op: `${operator.code} (unsupported)`,
    name,
    output: output ? formatType(output) : '',
    ...{ quantization: '', macs: 0, weightBytes: 0, ...valuesOf(null) },
  };
}
