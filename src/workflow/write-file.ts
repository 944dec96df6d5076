import { randomUUID } from 'node:crypto';
import { constants, fstatSync, writeSync } from 'node:fs';
import type { Stats } from 'node:fs';
import {
  access,
  chmod,
  lstat,
  open,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompileError } from '../support/diagnostics.ts';
import { refusePlace } from '../support/files-read.ts';
import { unwritable } from '../support/unwritable.ts';
import { refuseHouseKeeping } from './files-in.ts';
import { folderOf } from './manifest.ts';

const READER_LIMIT_MS = 60_000;
const POLL_MS = 20;
/** Paths that only a folder can have. */
const NAMES_FOLDER = /(?:^|[/\\])\.{0,2}$/;

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** The file is an input that is brought up to date. */
  readonly inPlace?: boolean;
}

/**
 * Writes a file all at once: it is there whole, or as it was before. Links are followed; what is no
 * regular file (a pipe, a device) is written into. An output that is one of the inputs is refused.
 */
export async function writeWhole(
  file: string,
  contents: string | Uint8Array,
  { signal, inPlace = false }: WriteOptions = {},
): Promise<void> {
  const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents;
  try {
    if (!inPlace) refusePlace(file);
    if (NAMES_FOLDER.test(file)) throw Object.assign(new Error(file), { code: 'EISDIR' });
    const found = await stat(file).catch(ifMissing);
    if (found === undefined) {
      const target = await followLinks(file);
      await refuseOwned(target, file);
      await replace(target, bytes);
      return;
    }
    const standard = standardStream(found);
    if (standard !== undefined) {
      writeAll(standard, bytes);
      return;
    }
    if (!found.isFile()) {
      await writeInto(file, found, bytes, signal);
      return;
    }
    await access(file, constants.W_OK);
    const target = await followLinks(file);
    await refuseOwned(target, file);
    await replace(target, bytes, found.mode);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unwritable(file, error);
  }
}

/** Throws for a file of an output folder: they are replaced together, or not at all. */
export async function refuseOwned(target: string, where: string): Promise<void> {
  refuseHouseKeeping(target, where);
  const folder = await folderOf(target);
  if (folder === undefined) return;
  throw new CompileError({
    code: 'output-exists',
    message: `it is a file of the output folder ${folder}`,
    where,
    hint: 'name another file',
  });
}

// The file may be what stdout or stderr go to (/dev/stdout): renaming would take it away from them.
function standardStream(found: Stats): number | undefined {
  return [1, 2].find((descriptor) => {
    const own = fstatSync(descriptor);
    return found.isFile() && own.dev === found.dev && own.ino === found.ino;
  });
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}

async function replace(target: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const temporary = path.join(path.dirname(target), `.thimble-${randomUUID()}.part`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    if (mode !== undefined) await chmod(temporary, mode & 0o7777);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

// A pipe without a reader is waited for; never by a call that blocks, which no signal could end.
async function writeInto(
  file: string,
  found: Stats,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + READER_LIMIT_MS;
  for (;;) {
    try {
      const handle = await open(file, constants.O_WRONLY | constants.O_NONBLOCK);
      try {
        await feed((at) => handle.write(bytes, at), bytes.length, signal);
        return;
      } finally {
        await handle.close();
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENXIO' || !found.isFIFO()) throw error;
      if (performance.now() > deadline) throw nobodyReads(file);
    }
    await sleep(POLL_MS, undefined, { ...(signal && { signal }) });
  }
}

async function feed(
  write: (at: number) => Promise<{ bytesWritten: number }>,
  length: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let at = 0; at < length;) {
    try {
      at += (await write(at)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await sleep(POLL_MS, undefined, { ...(signal && { signal }) });
    }
  }
}

/** Where a path leads, though the last file of the chain may not be there. */
export async function followLinks(file: string): Promise<string> {
  let target = path.resolve(file);
  for (let i = 0; i < 40; i++) {
    const found = await lstat(target).catch(ifMissing);
    if (!found?.isSymbolicLink()) return target;
    target = path.resolve(path.dirname(target), await readlink(target));
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function nobodyReads(where: string): CompileError {
  return new CompileError({
    code: 'unwritable-file',
    message: `nobody reads from this pipe (waited ${READER_LIMIT_MS / 1000} s)`,
    where,
    hint: 'start the reader first',
  });
}
