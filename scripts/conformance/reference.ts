import { readFileSync } from 'node:fs';
import { readOnnx } from '../../src/formats/onnx/read.ts';
import type { OnnxTensor } from '../../src/formats/onnx/records.ts';
import { fromOnnx } from '../../src/import/from-onnx.ts';
import { importModel } from '../../src/import/import-model.ts';
import type { ImportOptions } from '../../src/import/open-shapes.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph } from '../../src/ir/types.ts';
import { byteLength } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { runPasses } from '../../src/passes/index.ts';
import { concatBytes } from '../../src/support/bytes.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { firstMismatch } from './compare.ts';
import { readSet } from './suite.ts';
import type { SuiteTest } from './suite.ts';

/** A test that the reference passes: what its C has to give, byte for byte. */
export interface Case {
  readonly test: SuiteTest;
  readonly graph: Graph;
  readonly input: Uint8Array;
  readonly expected: Uint8Array;
}

/** Cases of a test, one for each data set; throws an Error that says why the reference does not pass it. */
export function runReference(test: SuiteTest): Case[] {
  const bytes = new Uint8Array(readFileSync(test.model));
  const { graph: file } = readOnnx(bytes);
  const constants = new Set(file.initializers.map(({ name }) => name));
  const names = file.inputs.map(({ name }) => name).filter((name) => !constants.has(name));
  return test.sets.map((set) => {
    const tensors = new Map(
      readSet(set, 'input').flatMap((tensor, i) =>
        tensor && names[i] !== undefined ? [[names[i], tensor] as const] : [],
      ),
    );
    const { graph, input } = importFor(bytes, test.name, tensors);
    const expected = new Interpreter(graph).runBytes(input);
    compareOutputs(graph, expected, readSet(set, 'output'));
    return { test, graph, input, expected };
  });
}

/**
 * The graph of a model, with the fewest of its inputs frozen to the test's values: none; whole numbers and
 * truth values, which are shapes, axes and sizes; all but the first and those of its shape; all, where
 * the import says that it has to know one: the model gives a table of a size.
 */
function importFor(
  bytes: Uint8Array,
  name: string,
  tensors: ReadonlyMap<string, OnnxTensor>,
): { graph: Graph; input: Uint8Array } {
  const all = [...tensors];
  const [, first] = all[0] ?? [];
  const ladder = [
    [],
    all.filter(([, { dtype }]) => dtype === 'int64'),
    all.filter(([, { dtype }]) => dtype !== 'float32'),
    all.slice(1).filter(([, { shape }]) => shape.join() !== first?.shape.join()),
    all.slice(1),
  ];
  let failure: CompileError | undefined;
  for (const frozen of [...ladder, all]) {
    const areSizes = failure?.message.includes('is not known when the model is read');
    if (frozen.length === all.length && all.length > 0 && !areSizes) continue;
    const given = all.filter((each) => !frozen.includes(each));
    const options = {
      freeze: new Map(frozen.map(([input, { data }]) => [input, data])),
      shapes: new Map(all.map(([input, { shape }]) => [input, shape])),
    };
    try {
      const isTable = given.length === 0;
      const graph = isTable ? importTable(bytes, name, options) : importModel(bytes, name, options);
      const input = isTable ? new Uint8Array(4) : concatBytes(given.map(([, { data }]) => data));
      return { graph: runPasses(graph), input };
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      failure ??= error;
    }
  }
  throw failure!;
}

// A model without inputs is none: a table gets one that nothing reads.
function importTable(bytes: Uint8Array, name: string, options: ImportOptions): Graph {
  const model = readOnnx(bytes);
  const unread = { name: 'unread', dtype: 'float32', typeName: 'float', shape: [1] } as const;
  const graph = { ...model.graph, inputs: [...model.graph.inputs, unread] };
  return verifyGraph(fromOnnx({ ...model, graph }, name, options), 'import');
}

function compareOutputs(
  graph: Graph,
  found: Uint8Array,
  expected: readonly (OnnxTensor | undefined)[],
): void {
  let at = 0;
  graph.outputs.forEach((id, i) => {
    const type = graph.tensors.get(id)!;
    const bytes = found.subarray(at, (at += byteLength(type)));
    const problem = expected[i] && firstMismatch(type, bytes, expected[i]);
    if (problem) throw new Error(`output ${i}: ${problem}`);
  });
}
