import { copyFile, link, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { filesIn } from './files-in.ts';
import { MANIFEST_FILE, ownerOf, readManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';

// In a stage: the files that are replaced, and the manifest of the folder while they are.
const KEPT = 'kept';
const DURING = 'kept-manifest';

/** Keeps in its stage the files of an output folder that are to be replaced, and their manifest. */
export async function keepFiles(
  target: string,
  stage: string,
  { before, during }: { readonly before: Manifest; readonly during: string },
): Promise<void> {
  for (const file of [...before.keys(), MANIFEST_FILE]) {
    const copy = path.join(stage, KEPT, file);
    await mkdir(path.dirname(copy), { recursive: true });
    await keep(path.join(target, file), copy);
  }
  // The last: before it is there, nothing has been replaced.
  await writeFile(path.join(stage, DURING), during, { flag: 'wx' });
}

// Not every file system has links.
async function keep(file: string, copy: string): Promise<void> {
  try {
    await link(file, copy);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    await copyFile(file, copy);
  }
}

/**
 * Puts an output folder back to what its stage has kept, as if the run had not been. Nothing is done
 * where the run had not begun to replace files, or had replaced all; what somebody else changed since
 * stays.
 */
export async function putBack(target: string, stage: string): Promise<void> {
  const manifest = path.join(target, MANIFEST_FILE);
  const [now, during] = await Promise.all([manifest, path.join(stage, DURING)].map(textOf));
  if (during === undefined || now !== during) return;
  const both = (await readManifest(target))!;
  const kept = await filesIn(path.join(stage, KEPT));
  for (const file of both.keys()) {
    if ((await ownerOf(target, file, both)) === 'other') continue;
    if (kept.includes(file)) await restore(target, stage, file);
    else await removeFile(target, file);
  }
  if (kept.includes(MANIFEST_FILE)) await restore(target, stage, MANIFEST_FILE);
  else await rm(manifest, { force: true });
}

// What is kept stays so until everything is back: this, too, may end in the middle.
async function restore(target: string, stage: string, file: string): Promise<void> {
  const copy = path.join(stage, 'copy');
  await rm(copy, { force: true });
  await keep(path.join(stage, KEPT, file), copy);
  await mkdir(path.dirname(path.join(target, file)), { recursive: true });
  await rename(copy, path.join(target, file));
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

/** Removes a file of an output folder, and its folder where nothing else is in it. */
export async function removeFile(target: string, file: string): Promise<void> {
  await rm(path.join(target, file), { force: true });
  const folder = path.dirname(file);
  if (folder !== '.') await rmdir(path.join(target, folder)).catch(() => undefined);
}
