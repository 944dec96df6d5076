import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';
import { isPicture } from './read-picture.ts';
import { isSound } from './read-sound.ts';

/** Files of inputs: a folder, and the paths below it, with slashes, sorted. */
export interface InputFiles {
  readonly folder: string;
  readonly files: readonly string[];
}

/** A folder's files and those of its folders, one for each class; or a file by itself. Throws where there is nothing. */
export function inputFiles(place: string): InputFiles {
  try {
    if (!statSync(place).isDirectory())
      return { folder: path.dirname(place), files: [path.basename(place)] };
    return { folder: place, files: filesBelow(place, true).sort() };
  } catch {
    throw new CompileError({
      code: 'unreadable-file',
      message: 'the folder of inputs does not exist',
      where: place,
      hint: 'check the path',
    });
  }
}

/** Whether a file's name is that of an input: a picture, a sound, in*.bin or *.in.bin. */
export function isInput(file: string): boolean {
  const name = path.posix.basename(file);
  return isPicture(name) || isSound(name) || /^in.*\.bin$/s.test(name) || name.endsWith('.in.bin');
}

/** The class that an input's folder names. */
export function classOf(file: string): string | undefined {
  const folder = path.posix.dirname(file);
  return folder === '.' ? undefined : folder;
}

function filesBelow(folder: string, withFolders: boolean): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (!entry.isDirectory() && !(entry.isSymbolicLink() && isFolder(place))) return entry.name;
    if (!withFolders || entry.name.startsWith('.')) return [];
    return filesBelow(place, false).map((file) => `${entry.name}/${file}`);
  });
}

function isFolder(link: string): boolean {
  return statSync(link, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
