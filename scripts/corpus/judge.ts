import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph } from '../../src/ir/types.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { compareOutput } from '../../src/verify/compare.ts';
import { execute } from '../../src/workflow/execute.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import type { LoadedModel } from '../../src/workflow/load-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { askOracle } from './oracle.ts';

export interface Job {
  readonly file: string;
  readonly on: 'inspect' | 'reference' | 'host';
  readonly seed: number;
  readonly oracle?: string;
}

/** What became of a model. */
export interface Judgement {
  readonly imported: boolean;
  /** Why it is refused, or cannot be run; each reason once. */
  readonly reasons: readonly string[];
  /** 'equal', or where the C differs from the reference. */
  readonly host?: string;
  readonly oracle?: string;
}

/** Vectors of each model, one after another: those of a model with state share it. */
const VECTORS = 2;

/** Imports a model and runs it as far as the job asks. */
export async function judgeModel(job: Job): Promise<Judgement> {
  let model: LoadedModel | undefined;
  try {
    model = await loadModel(job.file, 'model');
    return { imported: true, reasons: [], ...(await run(model, job)) };
  } catch (error) {
    return { imported: model !== undefined, reasons: reasonsOf(error) };
  }
}

async function run(model: LoadedModel, { file, on, seed, oracle }: Job) {
  if (on === 'inspect') return {};
  const { graph } = model;
  const vectors = makeVectors(graph, seed, VECTORS).map(({ input }) => input);
  const interpreter = new Interpreter(graph);
  const wanted = vectors.map((input) => interpreter.runBytes(input));
  const [input, got] = [vectors[0]!, wanted[0]!];
  const asked = oracle && { oracle: await askOracle(oracle, file, { graph, input, got }) };
  if (on === 'reference') return { ...asked };
  const { outcome } = await execute({ model, where: 'host', vectors, steps: VECTORS });
  return { ...asked, host: verdict(graph, outcome.outputs, wanted) };
}

function verdict(graph: Graph, got: readonly Uint8Array[], wanted: readonly Uint8Array[]): string {
  const differing = wanted.findIndex(
    (bytes, i) => compareOutput(graph, '', 'reference', got[i]!, bytes).difference,
  );
  return differing === -1 ? 'equal' : `differs (vector ${differing})`;
}

function reasonsOf(error: unknown): string[] {
  if (!(error instanceof CompileError)) return [`bug: ${String(error).split('\n', 1)[0]}`];
  return [...new Set(error.diagnostics.map(({ message }) => message.replace(/\s+/g, ' ')))];
}
