import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompileError } from '../support/diagnostics.ts';

export const LOCK_FILE = '.thimble-lock';

const POLL_MS = 20;
/** A lock without a number is one that is being written, unless it stays so. */
const WRITTEN_WITHIN_MS = 5000;

/** Runs `work` while no other process of thimble writes into the folder; waits for one that does. */
export async function withLock<T>(
  folder: string,
  work: () => Promise<T>,
  limitMs = 10_000,
): Promise<T> {
  const lock = path.join(folder, LOCK_FILE);
  await take(lock, folder, limitMs);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string, folder: string, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await make(lock))) {
    if (await isStale(lock)) await discard(lock);
    else if (performance.now() > deadline) throw busy(folder);
    else await sleep(POLL_MS);
  }
}

// False when there is one already.
async function make(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx');
    await handle.writeFile(`${process.pid}\n`).finally(() => handle.close());
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOSPC') await rm(lock, { force: true });
    throw error;
  }
}

async function isStale(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => `${process.pid}\n`);
  if (!/^[1-9]\d{0,9}\n$/.test(text)) {
    const written = await stat(lock).catch(() => undefined);
    return written !== undefined && Date.now() - written.mtimeMs > WRITTEN_WITHIN_MS;
  }
  try {
    process.kill(Number(text), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

// Renamed first: of two that find the same stale lock, one takes it away. Was it a fresh one by then,
// it goes back.
async function discard(lock: string): Promise<void> {
  const aside = `${lock}-${randomUUID()}`;
  try {
    await rename(lock, aside);
  } catch {
    return;
  }
  if (!(await isStale(aside)))
    await writeFile(lock, await readFile(aside), { flag: 'wx' }).catch(() => undefined);
  await rm(aside, { force: true });
}

function busy(where: string): CompileError {
  return new CompileError({
    code: 'output-busy',
    message: 'another run of thimble writes into this folder',
    where,
    hint: `give each run a folder of its own; if none is running, remove ${LOCK_FILE} from it`,
  });
}
