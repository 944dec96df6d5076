import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';

const made = new Set<string>();
process.on('exit', () =>
  made.forEach((folder) => rmSync(folder, { recursive: true, force: true })),
);

/** A new folder for files that nobody keeps. It goes with removeFolder, at the latest with this process. */
export async function makeTemporaryFolder(): Promise<string> {
  const parent = path.resolve(tmpdir());
  try {
    const folder = await mkdtemp(path.join(parent, 'thimble-'));
    made.add(folder);
    return folder;
  } catch (error) {
    throw noTemporaryFolder(parent, error);
  }
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  made.delete(folder);
}

/** Writes a file in a temporary folder. */
export async function writeTemporary(file: string, contents: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, contents);
  } catch (error) {
    throw noTemporaryFolder(path.dirname(file), error);
  }
}

/** The error for a folder in which compilers and emulators cannot work. */
export function noTemporaryFolder(where: string, error: unknown): CompileError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new CompileError({
    code: 'unwritable-file',
    message: `the folder for temporary files cannot be used (${code ?? message})`,
    where,
    hint: 'name a folder that is there, may be written to, and has room, in TMPDIR',
  });
}
