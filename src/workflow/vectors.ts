import path from 'node:path';
import type { Graph } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import { concatBytes } from '../support/bytes.ts';
import { CompileError, throwIfAny } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { Random } from '../support/random.ts';
import { classOf, inputFiles, isInput } from './input-files.ts';
import type { InputReader } from './input-reader.ts';
import { readInput } from './read-input.ts';

/** An input, and the output that somebody else's run gave, where there is one. */
export interface Vector {
  readonly name: string;
  /** The file that the input is from, where it is from one. */
  readonly file?: string;
  readonly input: Uint8Array;
  readonly expected?: Uint8Array;
  /** The folder that it lies in, where there is one for each class. */
  readonly label?: string;
}

/**
 * The inputs of a folder, and of its folders, one for each class: pictures, sounds, and in*.bin and *.in.bin
 * with out*.bin and *.out.bin beside them, which nobody looks at where `outputBytes` is undefined.
 * A file by itself is an input, too.
 */
export async function readVectors(
  place: string,
  inputBytes: number,
  outputBytes: number | undefined,
  read: InputReader = readInput,
): Promise<Vector[]> {
  const { folder, files } = inputFiles(place);
  const known = new Set(files);
  const problems: Diagnostic[] = [];
  const wrong = (message: string) => problems.push(badVectors(place, message));
  const vectors: Vector[] = [];
  for (const file of folder === place ? files.filter(isInput) : files) {
    const input = await read(path.join(folder, file), 'vector').catch(noteIn(problems));
    if (!input) continue;
    if (input.length !== inputBytes)
      wrong(`${file} has ${input.length} bytes, the model takes ${inputBytes}`);
    const output = outputBeside(file);
    const expected =
      output !== undefined && outputBytes !== undefined && known.has(output)
        ? await readInput(path.join(folder, output), 'output')
        : undefined;
    if (expected && expected.length !== outputBytes)
      wrong(`${output} has ${expected.length} bytes, the model gives ${outputBytes}`);
    const [name, label] = [file.replace(/(\.in)?\.bin$/, ''), classOf(file)];
    vectors.push({
      ...{ name, file, input },
      ...(expected && { expected }),
      ...(label !== undefined && { label }),
    });
  }
  if (vectors.length === 0 && problems.length === 0)
    wrong('it holds no pictures (.png, .jpg), no sounds (.wav), no in*.bin and no *.in.bin');
  throwIfAny(problems);
  return vectors;
}

function outputBeside(file: string): string | undefined {
  if (file.endsWith('.in.bin')) return file.replace(/\.in\.bin$/, '.out.bin');
  return file.endsWith('.bin') ? file.replace(/(^|\/)in([^/]*)$/, '$1out$2') : undefined;
}

function badVectors(where: string, message: string): Diagnostic {
  return {
    code: 'bad-vectors',
    message,
    where,
    hint: 'vectors are raw tensor bytes in the dtype of the model file (thimble inspect shows it), pictures or sounds',
  };
}

// All files that cannot be read are told at once; what is wrong with the model or the settings ends it.
function noteIn(problems: Diagnostic[]) {
  return (error: unknown): undefined => {
    const isOfFile =
      error instanceof CompileError &&
      error.diagnostics.every(({ code }) => code === 'bad-picture' || code === 'bad-sound');
    if (!isOfFile) throw error;
    problems.push(...error.diagnostics);
  };
}

/** Pseudo-random vectors: bytes as they come, floats from -1 to 1. */
export function makeVectors(graph: Graph, seed: number, count: number): Vector[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const parts = graph.inputs.map((id) => {
      const tensor = tensorOf(graph, id);
      const bytes = Uint8Array.from({ length: byteLength(tensor) }, () => random.next() & 255);
      if (tensor.dtype !== 'float32') return bytes;
      return new Uint8Array(
        Float32Array.from({ length: bytes.length / 4 }, (_x, j) => (bytes[4 * j]! - 128) / 128)
          .buffer,
      );
    });
    return { name: `seed${seed}-${i}`, input: concatBytes(parts) };
  });
}
