import { CompileError } from '../support/diagnostics.ts';
import { readInput } from './read-input.ts';

/** The names of a model's classes in the order of its output: a line of a text file for each. */
export async function readLabels(file: string, classes: number): Promise<string[]> {
  const names = await readLines(file);
  if (names.length === classes) return names;
  throw badLabels(file, `it names ${names.length} classes, the model's output has ${classes}`);
}

/** The lines of a text file without blanks around them, and without those that are empty. */
export async function readLines(file: string): Promise<string[]> {
  const text = new TextDecoder().decode(await readInput(file, 'file of labels'));
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export function badLabels(where: string, message: string): CompileError {
  return new CompileError({
    code: 'bad-labels',
    message,
    where,
    hint: 'a text file names a class on each line, in the order of the output; a .csv says FILE,CLASS for each input',
  });
}
