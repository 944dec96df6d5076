import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { sha256 } from '../support/bytes.ts';
import { CompileError } from '../support/diagnostics.ts';

export const MANIFEST_FILE = '.thimble-manifest.json';

/** Checksums of the files that thimble wrote into a folder, by path; several while it replaces them. */
export type Manifest = ReadonlyMap<string, readonly string[]>;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
// Paths stay inside the folder, whatever a manifest that somebody else wrote says.
const inside = z
  .string()
  .regex(/^(?!\.{1,2}(?:\/|$))[^/\0\\]+(?:\/(?!\.{1,2}(?:\/|$))[^/\0\\]+)*$/);
const manifestFile = z.strictObject({
  schemaVersion: z.literal(1),
  files: z.record(inside, z.array(hash).min(1)),
});

/** The manifest of a folder; undefined where there is none. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = path.join(folder, MANIFEST_FILE);
  const found = await lstat(file).catch(() => undefined);
  if (!found) return undefined;
  try {
    const parsed = manifestFile.parse(JSON.parse(await readFile(file, 'utf8')));
    return new Map(Object.entries(parsed.files));
  } catch {
    throw new CompileError({
      code: 'output-exists',
      message: "the folder's manifest is damaged, so nobody knows which files are whose",
      where: file,
      hint: 'name a new or empty folder with -o',
    });
  }
}

export function formatManifest(manifest: Manifest): string {
  const files = Object.fromEntries([...manifest].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ schemaVersion: 1, files }, null, 2)}\n`;
}

/** Both: what a folder holds while files of one are replaced by those of the other. */
export function join(before: Manifest, after: Manifest): Manifest {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return new Map(
    [...paths].map((each) => [
      each,
      [...new Set([...(after.get(each) ?? []), ...(before.get(each) ?? [])])],
    ]),
  );
}

/** The folder of which a file is one that thimble wrote there, as its manifest says, or that manifest; undefined when none is. */
export async function folderOf(file: string): Promise<string | undefined> {
  if (path.basename(file) === MANIFEST_FILE) return path.dirname(file);
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = await readManifest(folder).catch(() => undefined);
    if (manifest?.has(path.relative(folder, file).split(path.sep).join('/'))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** What lies at a path of the folder: nothing, a file that the manifest knows, or something of somebody else's. */
export async function ownerOf(
  folder: string,
  file: string,
  manifest: Manifest,
): Promise<'nobody' | 'thimble' | 'other'> {
  const parts = file.split('/');
  for (let i = 1; i <= parts.length; i++) {
    const found = await lstat(path.join(folder, ...parts.slice(0, i))).catch(() => undefined);
    if (!found) return 'nobody';
    if (i < parts.length ? !found.isDirectory() : !found.isFile()) return 'other';
  }
  const known = manifest.get(file);
  if (!known) return 'other';
  const bytes = await readFile(path.join(folder, file)).catch(() => undefined);
  return bytes && known.includes(sha256(bytes)) ? 'thimble' : 'other';
}
