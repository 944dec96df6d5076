import { readFileSync } from 'node:fs';
import { readOnnx } from '../../src/formats/onnx/read.ts';
import type { OnnxTensor } from '../../src/formats/onnx/records.ts';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph } from '../../src/ir/types.ts';
import { byteLength } from '../../src/ir/types.ts';
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
    const { graph, inputs } = importFor(bytes, test.name, tensors);
    const input = concatBytes(inputs.map((name) => tensors.get(name)!.data));
    const expected = new Interpreter(graph).runBytes(input);
    compareOutputs(graph, expected, readSet(set, 'output'));
    return { test, graph, input, expected };
  });
}

/**
 * The graph of a model, with the fewest of its inputs frozen to the test's values: none; whole numbers and
 * truth values, which are shapes, axes and sizes; all but the first and those of its shape; all, where
 * each is a number or a list of sizes.
 */
function importFor(
  bytes: Uint8Array,
  name: string,
  tensors: ReadonlyMap<string, OnnxTensor>,
): { graph: Graph; inputs: readonly string[] } {
  const all = [...tensors];
  const [, first] = all[0] ?? [];
  const ladder = [
    [],
    all.filter(([, { dtype }]) => dtype === 'int64'),
    all.filter(([, { dtype }]) => dtype !== 'float32'),
    all.slice(1).filter(([, { shape }]) => shape.join() !== first?.shape.join()),
    all.slice(1),
    // Sizes alone: nothing is computed when the model runs.
    ...(all.every(([, tensor]) => isSize(tensor)) ? [all] : []),
  ];
  let failure: unknown;
  for (const frozen of ladder) {
    if (frozen.length === all.length && !ladder.includes(all)) continue;
    const given = all.filter((each) => !frozen.includes(each));
    const options = {
      allowVacuous: true,
      freeze: new Map(frozen.map(([input, { data }]) => [input, data])),
      shapes: new Map(all.map(([input, { shape }]) => [input, shape])),
    };
    try {
      const graph = runPasses(importModel(bytes, name, options));
      return { graph, inputs: given.map(([input]) => input) };
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

function isSize({ dtype, shape }: OnnxTensor): boolean {
  return shape.length === 0 || (shape.length === 1 && dtype === 'int64');
}

function compareOutputs(
  graph: Graph,
  found: Uint8Array,
  expected: readonly (OnnxTensor | undefined)[],
): void {
  // Outputs without elements are none of the program's.
  const given = expected.filter((tensor) => !tensor?.shape.includes(0));
  if (graph.outputs.length < given.length)
    throw new Error(`it has ${graph.outputs.length} outputs, not ${given.length}`);
  let at = 0;
  graph.outputs.forEach((id, i) => {
    const type = graph.tensors.get(id)!;
    const bytes = found.subarray(at, (at += byteLength(type)));
    const problem = given[i] && firstMismatch(type, bytes, given[i]);
    if (problem) throw new Error(`output ${i}: ${problem}`);
  });
}
