import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from '../support/bytes.ts';
import { CompileError } from '../support/diagnostics.ts';
import { unwritable } from '../support/unwritable.ts';
import { filesIn, isHouseKeeping, refuseHouseKeeping, STAGE } from './files-in.ts';
import { withLock } from './folder-lock.ts';
import { keepFiles, putBack, removeFile } from './kept-files.ts';
import { formatManifest, join, MANIFEST_FILE, ownerOf, readManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { followLinks } from './write-file.ts';

/**
 * Fills a folder: `fill` writes into a new folder inside it, and when everything has worked the files
 * take their places. Files of an earlier run go away. Nothing else in the folder is touched: what
 * thimble wrote there, and what it looked like, stands in a manifest.
 */
export async function writeFolder(
  folder: string,
  fill: (stage: string) => Promise<void>,
): Promise<void> {
  const made: string[] = [];
  try {
    const target = await followLinks(folder);
    refuseHouseKeeping(target, folder);
    const existing = await stat(target).catch(() => undefined);
    if (existing && !existing.isDirectory()) throw exists(folder, 'the output is no folder');
    await refuseForeign(target, folder);
    made.push(...(await makeFolders(target)));
    await withLock(target, () => fillLocked(target, folder, fill));
  } catch (error) {
    // Only what is empty goes.
    for (const each of made) await rmdir(each).catch(() => undefined);
    throw unwritable(folder, error);
  }
}

async function fillLocked(
  target: string,
  shown: string,
  fill: (stage: string) => Promise<void>,
): Promise<void> {
  for (const left of await readdir(target))
    if (left.startsWith(STAGE)) await undo(target, path.join(target, left));
  const stage = path.join(target, STAGE + randomUUID());
  await mkdir(stage);
  try {
    await fill(stage);
    await replaceFiles(target, shown, stage);
  } catch (error) {
    await undo(target, stage).catch((second: unknown) => {
      throw notPutBack(stage, second);
    });
    throw error;
  }
  await rm(stage, { recursive: true, force: true });
}

// What a stage has kept lives until it is back in its place.
async function undo(target: string, stage: string): Promise<void> {
  await putBack(target, stage);
  await rm(stage, { recursive: true, force: true });
}

// All bytes are on the disk before the first file is replaced, the manifests', too.
async function replaceFiles(target: string, shown: string, stage: string): Promise<void> {
  const after = await manifestOf(stage);
  const before = await ownManifest(target, shown, after);
  const both = join(before, after);
  const foreign: string[] = [];
  for (const file of both.keys())
    if ((await ownerOf(target, file, both)) === 'other') foreign.push(file);
  if (foreign.length > 0)
    throw exists(shown, 'these files of the output folder are not as thimble left them', foreign);
  const [during, final] = [path.join(stage, 'during'), path.join(stage, 'final')];
  await writeFile(during, formatManifest(both), { flag: 'wx' });
  await writeFile(final, formatManifest(after), { flag: 'wx' });
  await keepFiles(target, stage, { before, during: formatManifest(both) });
  await rename(during, path.join(target, MANIFEST_FILE));
  for (const file of after.keys()) await makeFolders(path.dirname(path.join(target, file)));
  for (const file of after.keys()) await rename(path.join(stage, file), path.join(target, file));
  for (const file of before.keys()) if (!after.has(file)) await removeFile(target, file);
  await rename(final, path.join(target, MANIFEST_FILE));
}

// The manifest of the folder. Without one it is ours when it holds nothing but what we would write.
async function ownManifest(target: string, shown: string, after: Manifest): Promise<Manifest> {
  const found = await readManifest(target);
  if (found) return found;
  const foreign: string[] = [];
  for (const file of await filesIn(target))
    if ((await ownerOf(target, file, after)) !== 'thimble') foreign.push(file);
  if (foreign.length === 0) return after;
  throw exists(shown, 'the output folder holds files that thimble did not write', foreign);
}

// Before anything is made: a folder of somebody else's gets not even a lock.
async function refuseForeign(target: string, shown: string): Promise<void> {
  const entries = await readdir(target).catch((): string[] => []);
  if (entries.every(isHouseKeeping) || entries.includes(MANIFEST_FILE)) return;
  if (entries.includes('report.json')) return;
  const foreign = entries.filter((each) => !isHouseKeeping(each));
  throw exists(shown, 'the output folder holds files that thimble did not write', foreign);
}

async function manifestOf(stage: string): Promise<Manifest> {
  const files = await filesIn(stage);
  const hashes = await Promise.all(
    files.map(async (file) => [file, [sha256(await readFile(path.join(stage, file)))]] as const),
  );
  return new Map(hashes);
}

// The folders that were made, the deepest first. (Node's own recursive mkdir never ends in /proc.)
async function makeFolders(target: string): Promise<string[]> {
  try {
    await mkdir(target);
    return [target];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(target)).isDirectory()) return [];
    if (code !== 'ENOENT' || path.dirname(target) === target) throw error;
  }
  const above = await makeFolders(path.dirname(target));
  // Made already, or never to be made.
  if (above.length === 0) throw Object.assign(new Error(target), { code: 'ENOENT' });
  return [...(await makeFolders(target)), ...above];
}

function notPutBack(stage: string, error: unknown): CompileError {
  return new CompileError({
    code: 'unwritable-file',
    message: `the files that were there could not be put back (${(error as NodeJS.ErrnoException).code ?? '?'})`,
    where: stage,
    hint: 'they lie there; the next run into this folder puts them back first',
  });
}

function exists(where: string, message: string, files: readonly string[] = []): CompileError {
  const more = files.length > 8 ? [`and ${files.length - 8} more`] : [];
  return new CompileError({
    code: 'output-exists',
    message,
    where,
    ...(files.length > 0 && { notes: [...files.slice(0, 8), ...more] }),
    hint: 'name a new or empty folder with -o, or move these files away',
  });
}
