import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect } from 'vitest';
import { writeFolder } from '../../src/workflow/output-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Contents of files by path. */
export type Files = Record<string, string>;

/** Gives each test the path of a folder that is not there yet. Returns the folder of them all. */
export function outputFolders(give: (folder: string) => void): string {
  const root = temporaryFolder('out');
  let next = 0;
  beforeEach(() => give(path.join(root, String(next++))));
  return root;
}

/** Writes these files as a run of the command does. */
export function write(folder: string, files: Files): Promise<void> {
  return writeFolder(folder, fill(files));
}

/** What a run writes into its stage. */
export const fill = (files: Files) => async (stage: string) => {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(stage, file)), { recursive: true });
    await writeFile(path.join(stage, file), text);
  }
};

/** The contents of a folder by path; what is no regular file by its kind. */
export function contents(of: string): Files {
  const files = readdirSync(of, { recursive: true, withFileTypes: true }).filter(
    (e) => !e.isDirectory(),
  );
  return Object.fromEntries(
    files
      .map((e) => path.join(e.parentPath, e.name))
      .map((file) => [
        path.relative(of, file),
        lstatSync(file).isFile() ? readFileSync(file, 'utf8') : 'special',
      ]),
  );
}

/** The files without the manifest, which has to be there. */
export function withoutManifest(files: Files): Files {
  const { '.thimble-manifest.json': manifest, ...rest } = files;
  expect(manifest).toBeDefined();
  return rest;
}
