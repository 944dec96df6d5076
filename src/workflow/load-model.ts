import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Graph } from '../ir/types.ts';
import { importModel } from '../import/import-model.ts';
import { CompileError } from '../support/diagnostics.ts';
import { toIdentifier } from '../support/identifiers.ts';

/** A model file, imported. */
export interface LoadedModel {
  /** Prefix of the generated C names. */
  readonly name: string;
  /** File name without folders. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly graph: Graph;
}

/** Reads and imports a model; `name` overrides the C prefix made of the file's name. */
export async function loadModel(file: string, name?: string): Promise<LoadedModel> {
  const bytes = await readInput(file, 'model');
  const source = path.basename(file);
  const graph = importModel(bytes, source);
  const wanted = name ?? source.replace(/\.[^.]*$/, '');
  const identifier = toIdentifier(wanted);
  if (name !== undefined && identifier !== name) {
    throw new CompileError({
      code: 'bad-name',
      message: `"${name}" cannot be the prefix of C names`,
      where: '--name',
      hint: `use letters, digits and underscores, for example "${identifier}"`,
    });
  }
  return { name: identifier, source, bytes, graph };
}

/** A file's bytes, or an error that says which file could not be read. */
export async function readInput(file: string, what: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a folder'
          : `cannot be read (${code ?? '?'})`;
    throw new CompileError({
      code: 'unreadable-file',
      message: `the ${what} ${reason}`,
      where: file,
      hint: 'check the path',
    });
  }
}
