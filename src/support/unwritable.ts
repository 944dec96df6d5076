import { CompileError } from './diagnostics.ts';

/** What the operating system says, for people. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the quota is used up',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'its folder is not there',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is no folder',
  ENXIO: 'nobody reads from it',
  EPERM: 'permission denied',
  EPIPE: 'its reader has gone',
  EROFS: 'the file system is read-only',
};

/** The error for a file or folder that could not be written; errors that are coded already stay. */
export function unwritable(where: string, error: unknown): CompileError {
  if (error instanceof CompileError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  return new CompileError({
    code: 'unwritable-file',
    message: `it cannot be written: ${REASONS[code] ?? 'the operating system refuses'} (${code})`,
    where,
    hint: 'check that its folder exists, may be written to, and has room',
  });
}
