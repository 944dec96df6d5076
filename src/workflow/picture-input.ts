import type { Graph } from '../ir/types.ts';
import { planPicture } from '../preprocess/picture-plan.ts';
import type { PicturePlan } from '../preprocess/picture-plan.ts';
import { pictureTensor } from '../preprocess/picture-tensor.ts';
import type { PreprocessSettings } from '../preprocess/settings.ts';
import { isPicture, readPicture } from './read-picture.ts';
import { readInput } from './read-input.ts';

/** The bytes of a model's input from a file: of a picture, or as they are. */
export type InputReader = (file: string, what: string) => Promise<Uint8Array>;

/** Reads inputs of a graph; pictures become what `settings` say, or what the input's quantization does. */
export function inputReader(graph: Graph, settings?: PreprocessSettings): InputReader {
  let plan: PicturePlan | undefined;
  return async (file, what) => {
    if (!isPicture(file)) return readInput(file, what);
    plan ??= planPicture(graph, settings);
    return pictureTensor(await readPicture(file), plan);
  };
}
