import path from 'node:path';
import { quantizeModel } from '../compress/quantize-model.ts';
import type { QuantizedModel, QuantizeModelOptions } from '../compress/quantize-model.ts';
import { Interpreter } from '../interpret/interpret.ts';
import type { LoadedModel } from './load-model.ts';
import { thimbleBytes } from './thimble-bytes.ts';
import { readVectors } from './vectors.ts';

/** A quantized model, and the .thimble file that holds it. */
export interface QuantizedFile extends QuantizedModel {
  readonly bytes: Uint8Array;
}

/** Quantizes a loaded float model with the inputs of a folder; the file is one that reads back. */
export async function quantizeFile(
  model: LoadedModel,
  folder: string,
  options: QuantizeModelOptions,
): Promise<QuantizedFile> {
  const { inputBytes, outputBytes } = new Interpreter(model.graph);
  const vectors = await readVectors(folder, inputBytes, outputBytes);
  const inputs = vectors.map(({ file, input }) => ({ name: path.join(folder, file!), input }));
  const quantized = quantizeModel(model.graph, inputs, options);
  return { ...quantized, bytes: thimbleBytes(quantized.graph, model.source) };
}
