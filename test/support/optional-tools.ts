import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** The path of a program that tests can do without; says that they are skipped where it is not. */
export function toolOrSkip(command: string, install: string): string | undefined {
  const places = (process.env.PATH ?? '').split(path.delimiter);
  const found = places.map((place) => path.join(place, command)).find(isExecutable);
  if (found === undefined) console.warn(`skipping tests with ${command}: ${install}`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
