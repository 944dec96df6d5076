import path from 'node:path';
import { isTflite, readTflite } from '../../formats/tflite/read.ts';
import { translate } from '../../import/from-tflite.ts';
import type { OperatorVerdict } from '../../import/from-tflite.ts';
import { importModel } from '../../import/import-model.ts';
import { typedNode, typedNodes } from '../../ir/graph.ts';
import type { Graph, TypedNode } from '../../ir/types.ts';
import { formatType, perTensor } from '../../ir/types.ts';
import { constantValue } from '../../ir/values.ts';
import { macsOf } from '../../report/report.ts';
import { formatCount, formatTable } from '../../report/table.ts';
import { throwIfAny } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { readInput } from '../../workflow/load-model.ts';
import { MalformedFile } from '../../formats/malformed-file.ts';
import type { Context } from '../context.ts';

/** `thimble inspect MODEL`: every operator, and every unsupported one at once. */
export async function inspect(file: string, context: Context): Promise<void> {
  const bytes = await readInput(file, 'model');
  const source = path.basename(file);
  const { graph, layers, problems } = readForInspection(bytes, source);
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  const weightBytes = layers.reduce((sum, layer) => sum + layer.weightBytes, 0);
  const rows = [
    ['#', 'operator', 'output', 'quantization', 'MACs', 'weights', 'zeros', 'name'],
    ...layers.map((l) => [
      ...[String(l.index), l.op, l.output, l.quantization, formatCount(l.macs)],
      ...[
        formatCount(l.weightBytes),
        l.sparsity === null ? '' : `${(100 * l.sparsity).toFixed(0)}%`,
        l.name.slice(0, 60),
      ],
    ]),
  ];
  const ends = (ids: readonly number[]) =>
    ids
      .map((id) => graph.tensors.get(id)!)
      .map((t) => `${formatType(t)} "${t.name}"`)
      .join(', ');
  const text = [
    `${source}: ${layers.length} operators, ${formatCount(macs)} MACs, ${formatCount(weightBytes)} bytes of constants`,
    `input  ${ends(graph.inputs)}`,
    `output ${ends(graph.outputs)}`,
    '',
    formatTable(rows),
  ].join('\n');
  const unsupported = problems.map(({ message, where }) => ({ message, where }));
  context.output.result(text, { model: source, macs, weightBytes, layers, unsupported });
  throwIfAny(problems);
}

// What can be read is shown even when some operators cannot.
function readForInspection(
  bytes: Uint8Array,
  source: string,
): { graph: Graph; layers: Layer[]; problems: Diagnostic[] } {
  try {
    if (isTflite(bytes)) {
      const { graph, verdicts } = translate(readTflite(bytes), source);
      const layers = verdicts.flatMap((verdict) => {
        if (verdict.problem) return rejectedLayer(verdict);
        return verdict.node ? layerOf(typedNode(graph, verdict.node)) : [];
      });
      return { graph, layers, problems: verdicts.flatMap(({ problem }) => problem ?? []) };
    }
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error;
  }
  const graph = importModel(bytes, source);
  return { graph, layers: typedNodes(graph).map(layerOf), problems: [] };
}

type Layer = ReturnType<typeof layerOf>;

function layerOf(node: TypedNode) {
  const constants = node.inputs.filter((tensor) => tensor?.data);
  const weights = node.inputs[1]?.data;
  const output = node.outputs[0]!;
  const { scale, zeroPoint } = perTensor(output);
  return {
    index: node.origin.operator,
    op: node.op,
    name: node.origin.name,
    output: formatType(output),
    quantization: output.quant ? `${scale.toPrecision(4)} ${zeroPoint}` : '',
    macs: macsOf(node),
    weightBytes: constants.reduce((sum, tensor) => sum + tensor!.data!.length, 0),
    sparsity: weights && macsOf(node) > 0 ? zeroShare(node) : null,
  };
}

// An operator that thimble does not have: as its file names and shapes it.
function rejectedLayer({ operator, name }: OperatorVerdict): Layer {
  const [output] = operator.outputs;
  return {
    index: operator.index,
    op: `${operator.code} (unsupported)`,
    name,
    output: output ? formatType(output) : '',
    ...{ quantization: '', macs: 0, weightBytes: 0, sparsity: null },
  };
}

// The share of weights that stand for zero.
function zeroShare(node: TypedNode): number {
  const weights = node.inputs[1]!;
  const { zeroPoint } = perTensor(weights);
  const values = constantValue(weights).data as Float32Array;
  return values.filter((x) => x === zeroPoint).length / values.length;
}
