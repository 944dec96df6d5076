import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { concatBytes } from '../support/bytes.ts';
import { CompileError } from '../support/diagnostics.ts';
import { rememberRead } from '../support/files-read.ts';

/** No model, vector or report is larger; what is no regular file may never end. */
const MOST_BYTES = 2 ** 30;
const CHUNK = 2 ** 20;
const WRITER_LIMIT_MS = 60_000;
const POLL_MS = 20;

/** A file's bytes, or an error that says which file could not be read. Pipes and devices are read until they end. */
export async function readInput(file: string, what: string): Promise<Uint8Array> {
  try {
    rememberRead(file);
    // Never a call that blocks: no signal could end it.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (stats.size > MOST_BYTES) throw tooLarge();
      return stats.isFile()
        ? new Uint8Array(await handle.readFile())
        : await readStream(handle, stats.isFIFO());
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, what, error);
  }
}

async function readStream(handle: FileHandle, isPipe: boolean): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const deadline = performance.now() + WRITER_LIMIT_MS;
  for (let size = 0; size <= MOST_BYTES;) {
    const part = await readPart(handle);
    if (part?.length) {
      parts.push(part);
      size += part.length;
      continue;
    }
    // A pipe seems to be at its end, too, before its writer has come.
    if (part && (size > 0 || !isPipe)) return concatBytes(parts);
    if (size === 0 && performance.now() > deadline)
      throw Object.assign(new Error(), { code: 'ETIMEDOUT' });
    await sleep(POLL_MS);
  }
  throw tooLarge();
}

// Undefined where there is nothing yet.
async function readPart(handle: FileHandle): Promise<Uint8Array | undefined> {
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(CHUNK), 0, CHUNK, null);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    return undefined;
  }
}

function tooLarge(): Error {
  return Object.assign(new Error(), { code: 'EFBIG' });
}

const REASONS: Readonly<Record<string, string>> = {
  EFBIG: `has more than ${MOST_BYTES} bytes`,
  EISDIR: 'is a folder',
  ENOENT: 'does not exist',
  ETIMEDOUT: `is a pipe into which nobody writes (waited ${WRITER_LIMIT_MS / 1000} s)`,
};

function unreadable(where: string, what: string, error: unknown): CompileError {
  const { code = '?' } = error as NodeJS.ErrnoException;
  return new CompileError({
    code: 'unreadable-file',
    message: `the ${what} ${REASONS[code] ?? `cannot be read (${code})`}`,
    where,
    hint: 'check the path',
  });
}
