import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CompileError, nearest } from '../support/diagnostics.ts';
import { packagePath } from '../support/package-files.ts';
import { rememberRead } from '../support/files-read.ts';
import { readSmall } from '../support/read-small.ts';
import { parseBoard } from './board.ts';
import type { Board } from './board.ts';

const BOARDS = packagePath('boards');

/** Names of the boards that come with thimble. */
export function boardNames(folder = BOARDS): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, 'board.json')),
    )
    .map((entry) => entry.name)
    .sort();
}

/** Loads a board by name, or from a path to a board.json or its folder. */
export function loadBoard(name: string, folder = BOARDS): Board {
  const file = boardFileOf(name, folder);
  const parsed = parseBoard(path.basename(path.dirname(file)), path.dirname(file), readJson(file));
  if (!Array.isArray(parsed)) {
    const { platform } = parsed.emulators.renode ?? {};
    if (platform !== undefined) rememberRead(path.join(parsed.folder, platform));
    return parsed;
  }
  throw new CompileError(
    parsed.map((problem) => ({
      code: 'bad-board',
      message: problem,
      where: file,
      hint: 'boards/board.schema.json lists every key',
    })),
  );
}

function boardFileOf(name: string, folder: string): string {
  if (boardNames(folder).includes(name)) return path.join(folder, name, 'board.json');
  const looksLikePath = name.includes('/') || name.endsWith('.json');
  const file = path.resolve(name.endsWith('.json') ? name : path.join(name, 'board.json'));
  if (looksLikePath && existsSync(file)) return file;
  const close = nearest(name, boardNames(folder));
  throw new CompileError({
    code: 'unknown-board',
    message: `no board is named "${name}"`,
    hint: close ? `did you mean "${close}"?` : 'thimble boards lists them',
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readSmall(file)) as unknown;
  } catch (error) {
    throw new CompileError({
      code: 'bad-board',
      message: `the board's file is no JSON: ${(error as Error).message}`,
      where: file,
      hint: 'correct the file',
    });
  }
}
