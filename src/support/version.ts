import { readPackageFile } from './package-files.ts';

const manifest = JSON.parse(readPackageFile('package.json')) as { version: string };

/** Of this package. */
export const VERSION = manifest.version;
