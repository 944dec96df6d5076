import path from 'node:path';
import type { CalibrationInput } from '../compress/calibration-inputs.ts';
import { Interpreter } from '../interpret/interpret.ts';
import type { PreprocessSettings } from '../preprocess/settings.ts';
import type { LoadedModel } from './load-model.ts';
import { inputReader } from './input-reader.ts';
import { readVectors } from './vectors.ts';

/** Where calibration inputs are, and how pictures and sounds among them become inputs. */
export interface Calibrating {
  readonly folder: string;
  readonly preprocess?: PreprocessSettings;
}

/** The inputs of a folder for a model, each with the path of its file. Errors: those of readVectors. */
export async function readCalibration(
  { graph }: LoadedModel,
  { folder, preprocess }: Calibrating,
): Promise<CalibrationInput[]> {
  const { inputBytes, outputBytes } = new Interpreter(graph);
  const read = inputReader(graph, preprocess);
  const vectors = await readVectors(folder, inputBytes, outputBytes, read);
  return vectors.map(({ file, input }) => ({ name: path.join(folder, file!), input }));
}
