import { storeInputs } from '../compress/prune/store-inputs.ts';
import { Interpreter } from '../interpret/interpret.ts';
import { tensorOf } from '../ir/graph.ts';
import { elements, formatType, sameQuantization, sameShape } from '../ir/types.ts';
import type { Graph } from '../ir/types.ts';
import type { PreprocessSettings } from '../preprocess/settings.ts';
import { CompileError } from '../support/diagnostics.ts';
import { classCount, measureAccuracy } from '../verify/accuracy.ts';
import type { Accuracy } from '../verify/accuracy.ts';
import type { LoadedModel } from './load-model.ts';
import { inputReader } from './input-reader.ts';
import type { InputReader } from './input-reader.ts';
import { truthOf } from './truth.ts';
import { readVectors } from './vectors.ts';
import type { Vector } from './vectors.ts';

export interface AccuracyRequest {
  /** One, or two that are compared. */
  readonly models: readonly LoadedModel[];
  readonly inputs: string;
  readonly labels?: string;
  readonly preprocess?: PreprocessSettings;
  readonly signal?: AbortSignal;
}

export interface MeasuredAccuracy extends Accuracy {
  /** Names of the classes. */
  readonly names: readonly string[];
}

/** Measures models on the inputs of a folder, each of which every model gets as it takes it. */
export async function accuracyOfFiles(request: AccuracyRequest): Promise<MeasuredAccuracy> {
  const { models, inputs, labels, preprocess, signal } = request;
  const graphs = models.map(({ graph }) => graph);
  requireComparable(models);
  const vectors: Vector[][] = [];
  for (const graph of graphs)
    vectors.push(
      vectors.length > 0 && takesTheSame(graphs[0]!, graph)
        ? vectors[0]!
        : await readVectors(
            inputs,
            new Interpreter(graph).inputBytes,
            undefined,
            readerOf(graphs[0]!, graph, preprocess),
          ),
    );
  const truth = await truthOf(vectors[0]!, classCount(graphs[0]!), labels);
  const samples = vectors[0]!.map(({ name }, i) => {
    const known = truth.classes[i];
    return {
      ...{ name, inputs: vectors.map((of) => of[i]!.input) },
      ...(known !== undefined && { truth: known }),
    };
  });
  if (models.length === 1 && !samples.some((sample) => 'truth' in sample)) throw nothingToCompare();
  return { names: truth.names, ...(await measureAccuracy(graphs, samples, signal)) };
}

// Raw inputs are the first model's: where that is float, a quantized one gets them quantized.
function readerOf(first: Graph, graph: Graph, preprocess?: PreprocessSettings): InputReader {
  const read = inputReader(graph, preprocess);
  const [own, given] = [graph, first].map((each) => new Interpreter(each).inputBytes);
  return async (file, what) => {
    const bytes = await read(file, what);
    return bytes.length === given && given !== own ? storeInputs(graph, bytes) : bytes;
  };
}

function takesTheSame(a: Graph, b: Graph): boolean {
  return (
    a.inputs.length === b.inputs.length &&
    a.inputs.every((id, i) => {
      const [x, y] = [tensorOf(a, id), tensorOf(b, b.inputs[i]!)];
      return x.dtype === y.dtype && sameShape(x.shape, y.shape) && sameQuantization(x, y);
    })
  );
}

function requireComparable([a, b]: readonly LoadedModel[]): void {
  if (!a || !b) return;
  const ends = ({ graph }: LoadedModel) => graph.outputs.map((id) => tensorOf(graph, id));
  const [first, second] = [ends(a), ends(b)];
  const same =
    first.length === second.length &&
    first.every((tensor, i) => elements(tensor) === elements(second[i]!));
  if (same) return;
  throw new CompileError({
    code: 'not-comparable',
    message: `the outputs ${first.map(formatType).join(', ')} and ${second.map(formatType).join(', ')} are not of one size`,
    where: `${a.source} and ${b.source}`,
    hint: 'compare forms of one model, such as a float one and what quantize made of it',
  });
}

function nothingToCompare(): CompileError {
  return new CompileError({
    code: 'nothing-compared',
    message: 'nothing says what the inputs are, so there is nothing to compare the model with',
    where: '--inputs',
    hint: 'put the inputs into folders named after their classes, name a .csv of FILE,CLASS with --labels, or give a second model',
  });
}
