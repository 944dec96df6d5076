import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { tensorOf } from '../../src/ir/graph.ts';
import type { Graph } from '../../src/ir/types.ts';
import { byteLength, elements } from '../../src/ir/types.ts';
import { PASSES, runPasses } from '../../src/passes/index.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { Random } from '../../src/support/random.ts';
import { compareOutput } from '../../src/verify/compare.ts';
import { execute } from '../../src/workflow/execute.ts';

/** Larger models are imported and not run. */
const MOST_ELEMENTS = 2 ** 16;
const REALS = [0, -0, 1, -2.5, 1e-40, 3e38, -3e38, NaN, Infinity, -Infinity];

/**
 * What becomes of a model file: the code of a refusal, 'large', or 'equal' when the reference, the
 * graph after the exact passes and, where asked for, the C on the host agree. Anything else throws.
 */
export async function judgeFile(bytes: Uint8Array, seed: number, host: boolean): Promise<string> {
  let graph: Graph;
  try {
    graph = importModel(bytes, 'fuzz.tflite');
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics[0]!.code;
    throw error;
  }
  const size = [...graph.tensors.values()].reduce((sum, tensor) => sum + elements(tensor), 0);
  if (size > MOST_ELEMENTS) return 'large';
  const input = inputOf(graph, new Random(seed));
  const rewritten = runPasses(graph);
  const wanted = new Interpreter(graph).runBytes(input);
  const smaller = runPasses(graph, PASSES);
  requireEqual(graph, new Interpreter(smaller).runBytes(input), wanted, 'after the exact passes');
  if (!host) return 'equal';
  const model = { name: 'fuzz', source: 'fuzz.tflite', bytes, graph: rewritten };
  const { outcome } = await execute({ model, where: 'host', vectors: [input] });
  requireEqual(graph, outcome.outputs[0]!, wanted, 'in C on the host');
  return 'equal';
}

function requireEqual(graph: Graph, got: Uint8Array, wanted: Uint8Array, where: string): void {
  const { difference } = compareOutput(graph, 'fuzz', 'reference', got, wanted);
  if (!difference) return;
  const { byte, got: found, expected } = difference;
  throw new Error(`byte ${byte} is ${found} ${where}, ${expected} in the reference`);
}

// Any bytes for integers; for floats some that are not numbers.
function inputOf(graph: Graph, random: Random): Uint8Array {
  const parts = graph.inputs.map((id) => {
    const tensor = tensorOf(graph, id);
    if (tensor.dtype !== 'float32')
      return Uint8Array.from({ length: byteLength(tensor) }, () => random.int(0, 255));
    const real = () => (random.chance(0.1) ? random.pick(REALS) : random.real(-6, 6));
    return new Uint8Array(Float32Array.from({ length: elements(tensor) }, real).buffer);
  });
  return Uint8Array.from(Buffer.concat(parts));
}
