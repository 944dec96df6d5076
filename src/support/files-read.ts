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

/** Whether a name was made of bytes that are no UTF-8: Node would read and write a file of another name. */
export function isLost(name: string): boolean {
  return name.includes('\ufffd');
}

/** Throws when an output is one of the inputs: what was read is never replaced; or where its name is lost. */
export function refusePlace(file: string): void {
  if (isLost(file))
    throw new CompileError({
      code: 'unwritable-file',
      message: 'its name is no UTF-8',
      where: file,
      hint: 'choose another name',
    });
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
