import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Option } from 'commander';
import { isLost, rememberRead, refusePlace } from '../support/files-read.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { inputFiles, isInput } from '../workflow/input-files.ts';
import { badOption } from './option-values.ts';

type Named = Readonly<Record<string, unknown>>;

/** Arguments and options that name what is read, and the files that the value of each stands for. */
export const READS: Readonly<Record<string, (value: unknown) => string[]>> = {
  model: oneFile,
  other: oneFile,
  old: oneFile,
  new: oneFile,
  input: oneFile,
  labels: oneFile,
  config: oneFile,
  recipe: oneFile,
  freeze: (list) => (list as { file?: string }[]).flatMap(({ file }) => file ?? []),
  inputs: (folder) => vectorsIn(String(folder)),
  calibrate: (folder) => vectorsIn(String(folder)),
  train: (folder) => [...vectorsIn(String(folder)), path.join(String(folder), 'labels.csv')],
  models: (list) => (list as string[]).flatMap(oneFile),
  board: (names) =>
    [names]
      .flat()
      .flatMap((name) =>
        ['', 'board.json', 'platform.repl'].map((file) => path.join(String(name), file)),
      ),
};

/** Whether an option's value is a place: its name in the help says so. */
export function namesPlace({ flags }: Pick<Option, 'flags'>): boolean {
  return /\b(FILE|DIR|BOARD)\b/.test(flags);
}

/** Options that name what is written: a file, or a folder. */
export const WRITES: Readonly<Record<string, string>> = {
  output: '--output',
  junit: '--junit',
  flame: '--flame',
  html: '--html',
};

/** Where this process is to write, besides to the page of a GitHub job. */
const claimed = new Set<string>();

/** Throws when a file is one that an option names, or a command by itself, to be written. */
export function refuseClaimed(file: string): void {
  const where = realPlace(file);
  if (where === undefined || !claimed.has(where)) return;
  throw new CompileError({
    code: 'output-exists',
    message: 'the command writes something else there',
    where: file,
    hint: 'name another file',
  });
}

/** What is wrong with the folder that one is in, and that names begin at. */
export function refusedFolder(): Diagnostic[] {
  const problem = (message: string) => ({
    code: 'unreadable-file',
    message,
    hint: 'change to another folder',
  });
  try {
    const lost = isLost(process.cwd());
    return lost ? [problem('the name of the current folder is no UTF-8')] : [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [problem(`the current folder is not there any more (${code})`)];
  }
}

/**
 * What is wrong with the places that a command is to write to: none may be what it reads, nor may
 * two be the same. Files that are read stay refused for as long as the process runs.
 */
export function refusedPlaces(named: Named, alwaysRead: readonly string[]): Diagnostic[] {
  for (const file of alwaysRead) {
    rememberRead(file);
    claimed.add(realPlace(file) ?? file);
  }
  for (const [name, files] of Object.entries(READS))
    if (named[name] !== undefined) files(named[name]).forEach(rememberRead);
  const problems: Diagnostic[] = [];
  const taken = new Map<string, string>();
  for (const [name, option] of Object.entries(WRITES)) {
    const place = named[name];
    if (typeof place !== 'string') continue;
    // What a script made of a variable that is not set: it would name the folder one is in.
    if (place === '') problems.push(badOption(option, `${option} names nothing`, 'name a place'));
    problems.push(...problemsOf(() => refusePlace(place)));
    const where = realPlace(place);
    if (where === undefined) continue;
    const other = taken.get(where);
    if (other !== undefined)
      problems.push(
        badOption(option, `"${place}" is what ${other} is to write, too`, 'name two files'),
      );
    taken.set(where, option);
    claimed.add(where);
  }
  return problems;
}

function problemsOf(check: () => void): readonly Diagnostic[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics;
    throw error;
  }
}

// Undefined for devices, which several may write to.
function realPlace(file: string): string | undefined {
  const at = path.resolve(file);
  for (const known of [at, path.dirname(at)])
    try {
      const real = realpathSync(known);
      if (known === at && !statSync(real).isFile()) return undefined;
      return path.join(real, path.relative(known, at));
    } catch {
      // It is not there yet.
    }
  return at;
}

function oneFile(value: unknown): string[] {
  return [String(value)];
}

function vectorsIn(place: string): string[] {
  try {
    const { folder, files } = inputFiles(place);
    return files
      .filter((file) => isInput(file) || file.endsWith('.bin'))
      .map((file) => path.join(folder, file));
  } catch {
    return [];
  }
}
