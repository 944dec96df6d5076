import path from 'node:path';
import { importModel } from '../import/import-model.ts';
import type { ImportOptions } from '../import/open-shapes.ts';
import { OPS } from '../ops/index.ts';
import { runPasses } from '../passes/index.ts';
import type { Model } from '../pipeline.ts';
import { CompileError } from '../support/diagnostics.ts';
import { toIdentifier } from '../support/identifiers.ts';
import { besideFile } from './beside-file.ts';
import { readInput } from './read-input.ts';

/** A model file, imported and rewritten by the exact passes. */
export type LoadedModel = Model;

/** Reads and imports a model; `name` overrides the C prefix made of the file's name. */
export async function loadModel(
  file: string,
  name?: string,
  options: ImportOptions = {},
): Promise<LoadedModel> {
  const bytes = await readInput(file, 'model');
  const source = path.basename(file);
  const graph = runPasses(importModel(bytes, source, { beside: besideFile(file), ...options }));
  const wanted = name ?? source.replace(/\.[^.]*$/, '');
  const identifier = withoutLayers(toIdentifier(wanted));
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

// The C functions of layers are named after operators: 'conv2d_3'.
function withoutLayers(identifier: string): string {
  const isLayer = OPS.some(({ name }) => identifier.replace(/_\d+$/, '') === name);
  return isLayer ? `model_${identifier}` : identifier;
}
