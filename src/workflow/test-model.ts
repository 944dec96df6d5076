import { compareOutput, judgeLayers, referenceOutputs } from '../verify/compare.ts';
import type { LayerVerdict, Verdict } from '../verify/compare.ts';
import type { CompileOptions } from '../pipeline.ts';
import type { Board } from '../target/board.ts';
import { CompileError } from '../support/diagnostics.ts';
import { compileForBoard } from './build-model.ts';
import { execute, executeSerial } from './execute.ts';
import type { Execution, Where } from './execute.ts';
import type { LoadedModel } from './load-model.ts';
import type { Vector } from './vectors.ts';

/** A board at a serial port. */
export interface SerialPlace {
  readonly port: string;
  readonly onOpen?: () => void;
}

export interface TestRequest {
  readonly model: LoadedModel;
  readonly board?: Board;
  readonly where: Where | 'reference' | SerialPlace;
  readonly vectors: readonly Vector[];
  /** How many vectors in a row share the model's state, which is reset before them; 1 when left out. */
  readonly steps?: number;
  readonly options?: CompileOptions;
  readonly timeoutMs?: number;
  /** Compare the layers of the first vector, too, when all is well. */
  readonly layers?: boolean;
  readonly exactTime?: boolean;
  readonly signal?: AbortSignal;
}

export interface TestResult {
  readonly verdicts: readonly Verdict[];
  readonly passed: boolean;
  /** The first layer that went wrong, of the first vector that did. */
  readonly diverging?: LayerVerdict & { readonly vector: string };
  /** Of the vector that was traced, in order. */
  readonly layers?: readonly LayerVerdict[];
  readonly execution?: Execution;
}

/** Runs all vectors and compares each output with the reference and with the file beside it. */
export async function testModel(request: TestRequest): Promise<TestResult> {
  const { model, where, vectors, steps = 1 } = request;
  const inputs = vectors.map(({ input }) => input);
  if (where === 'reference' && request.board)
    compileForBoard(model, request.board, request.options);
  const references = await referenceOutputs(model.graph, inputs, request.signal, steps);
  const execution = await runPlace(request, inputs);
  const outputs = execution?.outcome.outputs ?? references;
  const verdicts = vectors.flatMap(({ name, expected }, i) => {
    const got = outputs[i] ?? new Uint8Array();
    return [
      ...(execution ? [compareOutput(model.graph, name, 'reference', got, references[i]!)] : []),
      ...(expected ? [compareOutput(model.graph, name, 'file', got, expected)] : []),
    ];
  });
  const failed = verdicts.find(({ difference, against }) => difference && against === 'reference');
  const result = {
    verdicts,
    passed: verdicts.every(({ difference }) => !difference),
    ...(execution && { execution }),
  };
  const name = failed?.vector ?? (request.layers ? vectors[0]?.name : undefined);
  const at = vectors.findIndex((each) => each.name === name);
  if (!execution || typeof where !== 'string' || where === 'reference' || at === -1) return result;
  // With what the vector's state came from.
  const sequence = inputs.slice(at - (at % steps), at + 1);
  const traced = await execute({
    ...request,
    where,
    vectors: sequence,
    instrument: 'trace',
    exactTime: false,
  });
  const layers = judgeLayers(
    traced.program.graph,
    sequence,
    traced.outcome.tensors[sequence.length - 1] ?? [],
  );
  const wrong = layers.find(({ equal }) => !equal);
  return {
    ...result,
    layers,
    passed: result.passed && !wrong,
    ...(wrong && { diverging: { vector: vectors[at]!.name, ...wrong } }),
  };
}

async function runPlace(
  request: TestRequest,
  vectors: readonly Uint8Array[],
): Promise<Execution | undefined> {
  const { where, board } = request;
  if (where === 'reference') return undefined;
  if (typeof where === 'string') return execute({ ...request, where, vectors });
  if (board) return executeSerial({ ...request, ...where, board, vectors });
  throw new CompileError({
    code: 'no-board',
    message: 'a board at a serial port has to be named',
    hint: 'name it with -b (thimble boards lists them)',
  });
}
