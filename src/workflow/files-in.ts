import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';
import { LOCK_FILE } from './folder-lock.ts';

/** How the folder is called in which a run prepares what it writes. */
export const STAGE = '.thimble-stage-';

/** Whether a name is one that a run gives to what it only needs while it works. */
export function isHouseKeeping(name: string): boolean {
  return name.startsWith(LOCK_FILE) || name.startsWith(STAGE);
}

/** Throws for an output that a later run would take for such a thing, or for what lies in one, and remove. */
export function refuseHouseKeeping(target: string, where: string): void {
  const name = target.split(path.sep).find(isHouseKeeping);
  if (name === undefined) return;
  throw new CompileError({
    code: 'output-exists',
    message: `thimble itself gives the name ${name} to what it removes again`,
    where,
    hint: 'choose another name',
  });
}

/** Everything in a folder that is no folder, by its path with slashes. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !isHouseKeeping(file))
    .sort();
}
