import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { MalformedFile } from '../formats/malformed-file.ts';
import type { ReadBeside } from '../formats/onnx/records.ts';
import { rememberRead } from '../support/files-read.ts';
import { printable } from '../support/printable.ts';

/** Reads parts of files that lie in a model's folder, and of no others. */
export function besideFile(model: string): ReadBeside {
  return (location, offset, length) => {
    const shown = `"${printable(location)}", which holds constants of the model`;
    const file = inFolder(path.dirname(model), location);
    if (!file) throw new MalformedFile(`the file ${shown}, is not in the model's folder`);
    rememberRead(file);
    // A pipe would not open before somebody writes into it.
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(handle);
      const wanted = length === -1 ? size - offset : length;
      if (wanted < 0 || offset + wanted > size)
        throw new MalformedFile(`the file ${shown}, ends before byte ${offset + wanted}`);
      const bytes = new Uint8Array(wanted);
      readSync(handle, bytes, 0, wanted, offset);
      return bytes;
    } finally {
      closeSync(handle);
    }
  };
}

// The file that a relative path leads to, whatever links are on the way, if it is below the folder.
function inFolder(folder: string, location: string): string | undefined {
  try {
    const root = realpathSync(folder);
    const file = realpathSync(path.resolve(root, location));
    const inside = path.relative(root, file);
    const leaves = inside === '' || inside.startsWith('..') || path.isAbsolute(inside);
    return leaves || path.isAbsolute(location) ? undefined : file;
  } catch {
    return undefined;
  }
}
