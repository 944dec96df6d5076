import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { CompileError } from '../support/diagnostics.ts';
import type { Board } from './board.ts';

/** The absolute path of a board's Renode platform; throws where its folder has no such file. */
export function platformFile({ folder, emulators }: Board): string {
  const { platform } = emulators.renode!;
  const file = path.join(folder, platform);
  const reason = reject(folder, file);
  if (reason === undefined) return file;
  throw new CompileError({
    code: 'bad-board',
    message: `emulators.renode.platform: "${platform}" ${reason}`,
    where: path.join(folder, 'board.json'),
    hint: 'put the .repl file beside board.json',
  });
}

function reject(folder: string, file: string): string | undefined {
  try {
    const inside = path.relative(realpathSync(folder), realpathSync(file));
    if (inside.split(path.sep)[0] === '..') return "leads out of the board's folder";
    return statSync(file).isFile() ? undefined : 'is no file';
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? '?'})`;
  }
}
