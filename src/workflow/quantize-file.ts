import { divide } from '../compress/calibration-inputs.ts';
import type { CalibrationInput } from '../compress/calibration-inputs.ts';
import { storeInputs } from '../compress/prune/store-inputs.ts';
import { quantizeModel } from '../compress/quantize-model.ts';
import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import { describeUnlikely } from '../preprocess/check-range.ts';
import { measureAccuracy } from '../verify/accuracy.ts';
import type { Accuracy } from '../verify/accuracy.ts';
import { readCalibration } from './calibration.ts';
import type { Calibrating } from './calibration.ts';
import type { LoadedModel } from './load-model.ts';
import { thimbleBytes } from './thimble-bytes.ts';

/** A quantized model, and the .thimble file that holds it. */
export interface QuantizedFile extends QuantizedModel {
  readonly bytes: Uint8Array;
  /** What it was measured on. */
  readonly measuring: readonly CalibrationInput[];
}

/** Quantizes a loaded float model with the inputs of a folder; the file is one that reads back. */
export async function quantizeFile(
  model: LoadedModel,
  calibrating: Calibrating,
  options: QuantizeModelOptions,
): Promise<QuantizedFile> {
  const inputs = await readCalibration(model, calibrating);
  const quantized = quantizeModel(model.graph, inputs, options);
  const unlikely = describeUnlikely(
    model.graph,
    inputs.map(({ input }) => input),
  );
  return {
    ...quantized,
    warnings: [...unlikely, ...quantized.warnings],
    bytes: thimbleBytes(quantized.graph, model.source),
    measuring: divide(inputs).measuring,
  };
}

/** How far a quantized model's outputs are from the float model's, on what it was measured on. */
export function accuracyOfQuantized(
  { graph }: LoadedModel,
  quantized: QuantizedFile,
  signal: AbortSignal,
): Promise<Accuracy> {
  const samples = quantized.measuring.map(({ name, input }) => ({
    name,
    inputs: [input, storeInputs(quantized.graph, input)],
  }));
  return measureAccuracy([graph, quantized.graph], samples, signal);
}
