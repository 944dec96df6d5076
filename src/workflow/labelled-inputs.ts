import { existsSync } from 'node:fs';
import path from 'node:path';
import { CompileError, throwIfAny } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { filesIn } from './files-in.ts';
import { readInput } from './read-input.ts';

/** Raw inputs of a model, and the class of each. */
export interface LabelledInputs {
  readonly inputs: readonly Uint8Array[];
  readonly labels: readonly number[];
}

const LISTS = ['labels.txt', 'labels.csv'];
const HINT =
  'either labels.txt or labels.csv has a line "FILE,CLASS" for each input, classes from 0; or each class is a folder of .bin files, in the order of the folders’ names';

/**
 * The inputs of a folder with labels: raw tensor bytes as the model takes them. Throws CompileError with all
 * that is wrong with the folder.
 */
export async function readLabelled(
  folder: string,
  { inputBytes, classes }: { readonly inputBytes: number; readonly classes: number },
): Promise<LabelledInputs> {
  const list = LISTS.map((name) => path.join(folder, name)).find((file) => existsSync(file));
  const { entries, problems } = list ? await listed(list) : await inFolders(folder);
  const inputs: Uint8Array[] = [];
  for (const { file, label } of entries) {
    const where = path.join(folder, file);
    if (label >= classes)
      problems.push(bad(where, `its class is ${label}, the model has ${classes}, from 0`));
    const input = await readInput(where, 'input').catch((error: unknown) => {
      if (!(error instanceof CompileError)) throw error;
      problems.push(...error.diagnostics);
    });
    if (!input) continue;
    if (input.length !== inputBytes)
      problems.push(bad(where, `it has ${input.length} bytes, the model takes ${inputBytes}`));
    inputs.push(input);
  }
  if (entries.length === 0 && problems.length === 0)
    problems.push(bad(folder, 'it holds no inputs with labels'));
  throwIfAny(problems);
  return { inputs, labels: entries.map(({ label }) => label) };
}

interface Listing {
  readonly entries: { readonly file: string; readonly label: number }[];
  readonly problems: Diagnostic[];
}

async function listed(list: string): Promise<Listing> {
  const text = new TextDecoder().decode(await readInput(list, 'list of labels'));
  const problems: Diagnostic[] = [];
  const entries = text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    const [, file, label] = /^(.+?)[,\s]\s*(\d+)\s*$/.exec(line) ?? [];
    if (file !== undefined && label !== undefined) return [{ file, label: Number(label) }];
    problems.push(bad(`${list}:${i + 1}`, `"${line}" is no FILE,CLASS`));
    return [];
  });
  return { entries, problems };
}

// Folders named by numbers are those classes; others are counted in their order.
async function inFolders(folder: string): Promise<Listing> {
  const files = (await filesOf(folder)).filter((file) => /^[^/]+\/[^/]+\.bin$/s.test(file));
  const names = [...new Set(files.map((file) => file.split('/')[0]!))].sort();
  const isNumbered = names.every((name) => /^\d+$/.test(name));
  const entries = files.map((file) => {
    const name = file.split('/')[0]!;
    return { file, label: isNumbered ? Number(name) : names.indexOf(name) };
  });
  return { entries, problems: [] };
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await filesIn(folder);
  } catch {
    throw new CompileError({
      code: 'unreadable-file',
      message: 'the folder of labelled inputs cannot be read',
      where: folder,
      hint: 'check the path',
    });
  }
}

function bad(where: string, message: string): Diagnostic {
  return { code: 'bad-labels', message, where, hint: HINT };
}
