import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { rememberRead } from './files-read.ts';

const MOST_BYTES = 2 ** 20;

/**
 * The text of a file that people write by hand. It is read in one call that no signal can end, so
 * pipes and devices, which may never end, are none. Throws Error.
 */
export function readSmall(file: string): string {
  rememberRead(file);
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (stats.size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
