import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';

/**
 * Fills a folder all at once: `fill` writes into a new folder beside it, which takes its place when
 * everything has worked. A folder that thimble did not write (no report.json) is not replaced.
 */
export async function writeFolder(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = path.resolve(folder);
  await refuseForeign(target, folder);
  const temporary = await makeBeside(target).catch((error: unknown) => {
    throw unwritable(folder, error);
  });
  try {
    await fill(temporary);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Writes a file all at once: it is there whole, or as it was before. */
export async function writeWhole(file: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.part`;
  try {
    await writeFile(temporary, contents);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw unwritable(file, error);
  }
}

async function makeBeside(target: string): Promise<string> {
  await mkdir(path.dirname(target), { recursive: true });
  // Not mkdtemp: its folders are for nobody else to read.
  const temporary = path.join(path.dirname(target), `.thimble-${randomUUID()}`);
  await mkdir(temporary);
  return temporary;
}

function unwritable(where: string, error: unknown): CompileError {
  const { code = '?' } = error as NodeJS.ErrnoException;
  return new CompileError({
    code: 'unwritable-file',
    message: `it cannot be written (${code})`,
    where,
    hint: 'check that its folder exists and may be written to',
  });
}

async function refuseForeign(target: string, shown: string): Promise<void> {
  if (!existsSync(target)) return;
  const entries = await readdir(target).catch(() => undefined);
  if (entries && (entries.length === 0 || entries.includes('report.json'))) return;
  throw new CompileError({
    code: 'output-exists',
    message: entries
      ? 'the output folder holds files that thimble did not write'
      : 'the output is a file, not a folder',
    where: shown,
    hint: 'name a new or empty folder with -o',
  });
}
