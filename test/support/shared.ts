import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Models and goldens by others, beside the checkout; not a part of it. */
export const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));

export const hasShared = existsSync(path.join(SHARED, 'models'));

if (!hasShared) console.warn(`skipping tests on real models: ${SHARED} is not there`);

export function modelFile(name: string): string {
  return path.join(SHARED, 'models', `${name}.tflite`);
}

export function goldenFolder(name: string): string {
  return path.join(SHARED, 'goldens', name);
}

export function readGolden(name: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(goldenFolder(name), file)));
}

export function goldenFiles(name: string, pattern: RegExp): string[] {
  return readdirSync(goldenFolder(name))
    .filter((file) => pattern.test(file))
    .sort();
}

export const INT8_MODELS = [
  'vww_96_int8',
  'kws_ref_model',
  'pretrainedResnet_quant',
  'ad01_int8',
  'person_detect',
  'micro_speech_quantized',
  'mnist_lstm_int8',
];
