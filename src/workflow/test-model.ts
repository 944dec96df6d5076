import { compareOutput, firstDiverging, referenceOutputs } from '../verify/compare.ts';
import type { Verdict } from '../verify/compare.ts';
import { runPasses } from '../passes/index.ts';
import type { Board } from '../target/board.ts';
import { execute } from './execute.ts';
import type { Execution, Where } from './execute.ts';
import type { LoadedModel } from './load-model.ts';
import type { Vector } from './vectors.ts';

export interface TestRequest {
  readonly model: LoadedModel;
  readonly board?: Board;
  readonly where: Where | 'reference';
  readonly vectors: readonly Vector[];
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface TestResult {
  readonly verdicts: readonly Verdict[];
  readonly passed: boolean;
  /** The first layer that went wrong, of the first vector that did. */
  readonly diverging?: {
    readonly vector: string;
    readonly step: number;
    readonly name: string;
    readonly op: string;
  };
  readonly execution?: Execution;
}

/** Runs all vectors and compares each output with the reference and with the file beside it. */
export async function testModel(request: TestRequest): Promise<TestResult> {
  const { model, where, vectors } = request;
  const inputs = vectors.map(({ input }) => input);
  const graph = runPasses(model.graph);
  const references = referenceOutputs(graph, inputs);
  const execution =
    where === 'reference' ? undefined : await execute({ ...request, where, vectors: inputs });
  const outputs = execution?.outcome.outputs ?? references;
  const verdicts = vectors.flatMap(({ name, expected }, i) => {
    const got = outputs[i] ?? new Uint8Array();
    return [
      ...(execution ? [compareOutput(name, 'reference', got, references[i]!)] : []),
      ...(expected ? [compareOutput(name, 'file', got, expected)] : []),
    ];
  });
  const failed = verdicts.find(({ difference, against }) => difference && against === 'reference');
  const result = {
    verdicts,
    passed: verdicts.every(({ difference }) => !difference),
    ...(execution && { execution }),
  };
  if (!failed || !execution || where === 'reference') return result;
  const vector = vectors.find(({ name }) => name === failed.vector)!;
  const traced = await execute({ ...request, where, vectors: [vector.input], instrument: 'trace' });
  const diverging = firstDiverging(
    traced.program.graph,
    vector.input,
    traced.outcome.tensors[0] ?? [],
  );
  return { ...result, ...(diverging && { diverging: { vector: vector.name, ...diverging } }) };
}
