import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's own folder: from src/ and from the built files alike, the nearest above with a package.json. */
const ROOT = rootAbove(new URL('.', import.meta.url));

/** The path of a file or folder that the package brings along. */
export function packagePath(name: string): string {
  return fileURLToPath(new URL(name, ROOT));
}

/** The text of a file that the package brings along. */
export function readPackageFile(name: string): string {
  return readFileSync(packagePath(name), 'utf8');
}

function rootAbove(folder: URL): URL {
  return existsSync(new URL('package.json', folder)) ? folder : rootAbove(new URL('..', folder));
}

/** The bytes of a file that the package brings along. */
export function readPackageBytes(name: string): Uint8Array {
  return readFileSync(packagePath(name));
}
