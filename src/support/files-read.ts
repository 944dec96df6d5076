import { statSync } from 'node:fs';
import { CompileError } from './diagnostics.ts';

// By device, inode and birth, so that neither links nor other spellings hide one, and a new file that
// gets the inode of one that is gone is not taken for it. Only regular files: a terminal is read and
// written at once.
const read = new Set<string>();

/** Remembers a file that this process takes as an input. */
export function rememberRead(file: string): void {
  const identity = identityOf(file);
  if (identity !== undefined) read.add(identity);
}

/** Throws when an output is one of the inputs: what was read is never replaced. */
export function refuseInput(file: string): void {
  const identity = identityOf(file);
  if (identity === undefined || !read.has(identity)) return;
  throw new CompileError({
    code: 'output-exists',
    message: 'the output is one of the inputs',
    where: file,
    hint: 'name another file',
  });
}

// Undefined for what is not there, or cannot be reached: whoever opens it tells why.
function identityOf(file: string): string | undefined {
  try {
    const stats = statSync(file, { bigint: true });
    return stats.isFile() ? `${stats.dev}:${stats.ino}:${stats.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
}
