import { quantizeModel } from '../compress/quantize-model.ts';
import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import { readCalibration } from './calibration.ts';
import type { Calibrating } from './calibration.ts';
import type { LoadedModel } from './load-model.ts';
import { thimbleBytes } from './thimble-bytes.ts';

/** A quantized model, and the .thimble file that holds it. */
export interface QuantizedFile extends QuantizedModel {
  readonly bytes: Uint8Array;
}

/** Quantizes a loaded float model with the inputs of a folder; the file is one that reads back. */
export async function quantizeFile(
  model: LoadedModel,
  calibrating: Calibrating,
  options: QuantizeModelOptions,
): Promise<QuantizedFile> {
  const inputs = await readCalibration(model, calibrating);
  const quantized = quantizeModel(model.graph, inputs, options);
  return { ...quantized, bytes: thimbleBytes(quantized.graph, model.source) };
}
