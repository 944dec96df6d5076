import { importModel } from '../../src/import/import-model.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import type { Diagnostic } from '../../src/support/diagnostics.ts';
import { writeTflite } from './tflite-writer.ts';
import type { FileModel } from './tflite-writer.ts';

/** What is wrong with a model: nothing when it is imported. */
export function problemsOf(model: FileModel): readonly Diagnostic[] {
  try {
    importModel(writeTflite(model), 'made.tflite');
    return [];
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics;
    throw error;
  }
}

/** The first problem of a model, undefined when it is imported. */
export function problemOf(model: FileModel): string | undefined {
  return problemsOf(model)[0]?.message;
}
