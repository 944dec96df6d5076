import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Graph } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import { concatBytes } from '../support/bytes.ts';
import { CompileError } from '../support/diagnostics.ts';
import { Random } from '../support/random.ts';
import { readInput } from './read-input.ts';

/** An input, and the output that somebody else's run gave, where there is one. */
export interface Vector {
  readonly name: string;
  /** The file that the input is from, where it is from one. */
  readonly file?: string;
  readonly input: Uint8Array;
  readonly expected?: Uint8Array;
}

/** The vectors of a folder: in*.bin and *.in.bin with out*.bin and *.out.bin beside them. */
export async function readVectors(
  folder: string,
  inputBytes: number,
  outputBytes: number,
): Promise<Vector[]> {
  const files = await listFolder(folder);
  const inputs = files
    .filter((file) => /^in.*\.bin$/s.test(file) || file.endsWith('.in.bin'))
    .sort();
  const problems: string[] = [];
  const vectors: Vector[] = [];
  for (const file of inputs) {
    const input = await readInput(path.join(folder, file), 'vector');
    if (input.length !== inputBytes)
      problems.push(`${file} has ${input.length} bytes, the model takes ${inputBytes}`);
    const output = file.endsWith('.in.bin')
      ? file.replace(/\.in\.bin$/, '.out.bin')
      : file.replace(/^in/, 'out');
    const expected = files.includes(output)
      ? await readInput(path.join(folder, output), 'output')
      : undefined;
    if (expected && expected.length !== outputBytes)
      problems.push(`${output} has ${expected.length} bytes, the model gives ${outputBytes}`);
    const name = file.replace(/(\.in)?\.bin$/, '');
    vectors.push({ name, file, input, ...(expected && { expected }) });
  }
  if (vectors.length === 0) problems.push('it holds no in*.bin and no *.in.bin');
  if (problems.length > 0) {
    throw new CompileError(
      problems.map((message) => ({
        code: 'bad-vectors',
        message,
        where: folder,
        hint: 'vectors are raw tensor bytes in the dtype of the model file (thimble inspect shows it)',
      })),
    );
  }
  return vectors;
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

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    throw new CompileError({
      code: 'unreadable-file',
      message: 'the folder of vectors does not exist',
      where: folder,
      hint: 'check the path',
    });
  }
}
