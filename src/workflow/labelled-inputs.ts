import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Graph } from '../ir/types.ts';
import type { PreprocessSettings } from '../preprocess/settings.ts';
import { CompileError } from '../support/diagnostics.ts';
import { badLabels } from './labels.ts';
import { inputReader } from './input-reader.ts';
import { truthOf } from './truth.ts';
import { readVectors } from './vectors.ts';

/** Raw inputs of a model, and the class of each. */
export interface LabelledInputs {
  readonly inputs: readonly Uint8Array[];
  readonly labels: readonly number[];
}

export interface LabelledRequest {
  /** Bytes of an input, and how many classes the model knows. */
  readonly inputBytes: number;
  readonly classes: number;
  readonly preprocess?: PreprocessSettings;
}

/** In a folder of inputs, says FILE,CLASS for each. */
const LIST = 'labels.csv';

/**
 * The inputs of a folder, pictures, sounds or raw, each with its class: that of its folder, or the one in labels.csv.
 * Throws CompileError with all inputs that cannot be read, or that nothing is said of.
 */
export async function readLabelled(
  folder: string,
  graph: Graph,
  { inputBytes, classes, preprocess }: LabelledRequest,
): Promise<LabelledInputs> {
  const vectors = await readVectors(folder, inputBytes, undefined, inputReader(graph, preprocess));
  const list = path.join(folder, LIST);
  const truth = await truthOf(vectors, classes, existsSync(list) ? list : undefined);
  const labels = truth.classes.map((label) => label ?? -1);
  const unknown = vectors.filter((_, i) => labels[i] === -1);
  if (unknown.length > 0)
    throw new CompileError(
      unknown.flatMap(
        ({ name }) => badLabels(folder, `nothing says which class ${name} has`).diagnostics,
      ),
    );
  return { inputs: vectors.map(({ input }) => input), labels };
}
