import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { LOCK_FILE } from './folder-lock.ts';

/** How the folder is called in which a run prepares what it writes. */
export const STAGE = '.thimble-stage-';

/** Whether a name is one that a run gives to what it only needs while it works. */
export function isHouseKeeping(name: string): boolean {
  return name.startsWith(LOCK_FILE) || name.startsWith(STAGE);
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
