import { z } from 'zod';
import { boardFile, CPUS } from './board-file.ts';
import type { CheckedBoardFile } from './board-file.ts';
import { contradictions } from './board-rules.ts';

export { CPUS };
export type Cpu = (typeof CPUS)[number];
export type { BoardFile, Memory } from './board-file.ts';

/** A board, checked, with numbers for addresses and sizes. */
export interface Board extends CheckedBoardFile {
  /** The folder's name: 'nucleo-h753zi'. */
  readonly name: string;
  /** Absolute path of the board's folder. */
  readonly folder: string;
  /** Limits the firmware is held to: the memories' sizes, unless the user set others. */
  readonly flashBytes: number;
  readonly ramBytes: number;
}

/** Names go into scripts, reports and tables: words of letters, digits and . _ + -, single blanks between. */
const BOARD_NAME = /^(?=.{1,64}$)[\p{L}\p{N}_][\p{L}\p{N}_.+-]*(?: [\p{L}\p{N}_.+-]+)*$/u;

/** Checks the contents of a board.json: the board, or every problem as a sentence. */
export function parseBoard(name: string, folder: string, json: unknown): Board | string[] {
  const parsed = boardFile.safeParse(json);
  const naming = BOARD_NAME.test(name)
    ? []
    : ['the folder of a board names it: letters, digits and . _ + - only'];
  if (!parsed.success) return [...naming, ...parsed.error.issues.map(describe)];
  const board = parsed.data;
  const problems = [...naming, ...contradictions(board)];
  if (problems.length > 0) return problems;
  const total = (kind: 'flash' | 'ram') =>
    board.memory.filter((m) => m.kind === kind).reduce((sum, m) => sum + m.size, 0);
  return { ...board, name, folder, flashBytes: total('flash'), ramBytes: total('ram') };
}

/** The JSON schema of board.json, for editors. */
export function boardJsonSchema(): unknown {
  return z.toJSONSchema(boardFile, { io: 'input', unrepresentable: 'any' });
}

function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.') || 'the file';
  if (issue.code === 'unrecognized_keys')
    return `${where}: unknown key ${issue.keys.map((k) => `"${k}"`).join(', ')}`;
  return `${where}: ${issue.message}`;
}
