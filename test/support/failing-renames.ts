import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { rename } = promises;

/**
 * Lets the operating system refuse some of the next renames, `first` being 1 for the next one. All modules
 * see it, also those that another test file has loaded before: vi.mock would reach only what is loaded after it.
 */
export function failRenames(first: number, count: number): void {
  let seen = 0;
  replaceRename((from, to) => {
    seen++;
    const fails = seen >= first && seen < first + count;
    return fails ? Promise.reject(refused()) : rename(from, to);
  });
}

/** Renames work again. */
export function restoreRenames(): void {
  replaceRename(rename);
}

/** The error of a rename that failed. */
export function refused(): Error {
  return Object.assign(new Error('injected'), { code: 'EIO' });
}

function replaceRename(by: typeof rename): void {
  Object.assign(promises, { rename: by });
  syncBuiltinESMExports();
}
