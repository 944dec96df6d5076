import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bytesOf } from '../../src/support/bytes.ts';
import { SHARED } from './shared.ts';

const MODELS = path.join(SHARED, 'models', 'onnx');

export const hasOnnx = existsSync(MODELS);

if (!hasOnnx) console.warn(`skipping tests on ONNX models: ${MODELS} is not there`);

export const onnxFile = (name: string) => path.join(MODELS, `${name}.onnx`);

/** The names of the ONNX models beside the checkout. */
export function onnxModels(): string[] {
  if (!hasOnnx) return [];
  const files = readdirSync(MODELS).filter((file) => file.endsWith('.onnx'));
  return files.map((file) => file.replace('.onnx', ''));
}

interface Manifest {
  readonly cases: readonly {
    readonly input?: string;
    readonly output?: string;
    readonly generator: string;
    readonly input_bytes: number;
    readonly input_sha256: string;
  }[];
}

/** Inputs of a model with what ONNX Runtime gave; large inputs are made again from their generator. */
export function onnxGoldens(name: string): { input: Uint8Array; output: Uint8Array }[] {
  const folder = path.join(SHARED, 'goldens', 'onnx', name);
  const read = (file: string) => new Uint8Array(readFileSync(path.join(folder, file)));
  const { cases } = JSON.parse(
    readFileSync(path.join(folder, 'manifest.json'), 'utf8'),
  ) as Manifest;
  return cases.flatMap(({ input, output, generator, input_bytes: bytes, input_sha256: hash }) => {
    if (!output || !existsSync(path.join(folder, output))) return [];
    const stored = input !== undefined && existsSync(path.join(folder, input));
    const made = stored ? read(input) : generate(generator, bytes, name.startsWith('nemo_'));
    if (createHash('sha256').update(made).digest('hex') !== hash)
      throw new Error(`${name}: the input "${generator}" could not be made again`);
    return [{ input: made, output: read(output) }];
  });
}

// Bytes b of a generator as floats (b - 128) / 128; models of integers in floats take b itself.
function generate(generator: string, bytes: number, integers: boolean): Uint8Array {
  let state = Number(/seed (\d+)/.exec(generator)?.[1] ?? 0);
  const next = (i: number) => {
    if (generator === 'zero') return integers ? 0 : 128;
    if (generator.startsWith('ramp')) return i & 255;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  };
  return bytesOf(
    Float32Array.from({ length: bytes / 4 }, (_, i) =>
      integers ? next(i) : (next(i) - 128) / 128,
    ),
  );
}
