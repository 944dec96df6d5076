import path from 'node:path';
import type { CalibrationInput } from '../compress/calibration-inputs.ts';
import { Interpreter } from '../interpret/interpret.ts';
import type { LoadedModel } from './load-model.ts';
import { readVectors } from './vectors.ts';

/** The inputs of a folder for a model, each with the path of its file. Errors: those of readVectors. */
export async function readCalibration(
  model: LoadedModel,
  folder: string,
): Promise<CalibrationInput[]> {
  const { inputBytes, outputBytes } = new Interpreter(model.graph);
  const vectors = await readVectors(folder, inputBytes, outputBytes);
  return vectors.map(({ file, input }) => ({ name: path.join(folder, file!), input }));
}
