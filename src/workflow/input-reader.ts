import type { Graph } from '../ir/types.ts';
import { planPicture } from '../preprocess/picture-plan.ts';
import type { PicturePlan } from '../preprocess/picture-plan.ts';
import { pictureTensor } from '../preprocess/picture-tensor.ts';
import type { PreprocessSettings } from '../preprocess/settings.ts';
import { planSound, requireSound } from '../preprocess/sound-plan.ts';
import type { SoundPlan } from '../preprocess/sound-plan.ts';
import { soundTensor } from '../preprocess/sound-tensor.ts';
import { isPicture, readPicture } from './read-picture.ts';
import { readInput } from './read-input.ts';
import { isSound, readSound } from './read-sound.ts';

/** The bytes of a model's input from a file: of a picture or a sound, or as they are. */
export type InputReader = (file: string, what: string) => Promise<Uint8Array>;

/**
 * Reads inputs of a graph; pictures become what `settings` say, or what the input's quantization
 * does, sounds what `settings` say.
 */
export function inputReader(graph: Graph, settings?: PreprocessSettings): InputReader {
  let picture: PicturePlan | undefined;
  let sound: SoundPlan | undefined;
  return async (file, what) => {
    if (isPicture(file)) {
      picture ??= planPicture(graph, settings);
      return pictureTensor(await readPicture(file), picture);
    }
    if (!isSound(file)) return readInput(file, what);
    sound ??= planSound(graph, requireSound(settings?.sound));
    return soundTensor(await readSound(file, sound.rate), sound);
  };
}
