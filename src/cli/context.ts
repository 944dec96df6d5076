import { formatJUnit } from '../report/junit.ts';
import type { TestCase } from '../report/junit.ts';
import { writeWhole } from '../workflow/output-folder.ts';
import { CompileError } from '../support/diagnostics.ts';
import { parseSize } from '../support/bytes.ts';
import type { Board } from '../target/board.ts';
import { limitBoard } from '../target/limits.ts';
import { loadBoard } from '../target/load-board.ts';
import { readConfig } from './config.ts';
import { Output } from './output.ts';
import type { GlobalOptions } from './output.ts';

/** What every command gets: where to print, when to stop, which board. */
export class Context {
  readonly output: Output;
  #reported = false;

  constructor(
    readonly options: GlobalOptions,
    /** Aborted on Ctrl-C. */
    readonly signal: AbortSignal,
  ) {
    this.output = new Output(options);
  }

  /** Writes the cases to the file that --junit names, where it names one. */
  async junit(title: string, cases: readonly TestCase[]): Promise<void> {
    const file = this.options.junit;
    if (file === undefined || this.#reported) return;
    this.#reported = true;
    await writeWhole(file, formatJUnit(title, cases));
  }

  /** The board that -b or the configuration names, with --ram and --flash applied. */
  board(name: string | undefined): Board | undefined {
    const config = readConfig(this.options.config);
    const chosen = name ?? config.board;
    if (chosen === undefined) return undefined;
    const ram = sizeOption('--ram', this.options.ram ?? config.ram);
    const flash = sizeOption('--flash', this.options.flash ?? config.flash);
    return limitBoard(loadBoard(chosen), { ...(ram && { ram }), ...(flash && { flash }) });
  }

  requireBoard(name: string | undefined): Board {
    const board = this.board(name);
    if (board) return board;
    throw new CompileError({
      code: 'no-board',
      message: 'this command needs a board',
      hint: 'name one with -b (thimble boards lists them), or in thimble.config.json',
    });
  }

  timeoutMs(seconds: string | undefined): number {
    const chosen = seconds ?? readConfig(this.options.config).timeout ?? 120;
    return numberOption('--timeout', String(chosen), 0.1) * 1000;
  }
}

/** Raised on Ctrl-C: exit code 130. */
export class Interrupted extends Error {}

export function sizeOption(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw badOption(option, text, 'a size such as 64K or 1M');
}

export function numberOption(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw badOption(option, text, `a number from ${least} on`);
}

export function wholeOption(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw badOption(option, text, `a whole number from ${least} to ${most}`);
}

export function choiceOption<T extends string>(
  option: string,
  text: string,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === text);
  if (found) return found;
  throw badOption(option, text, `one of ${choices.join(', ')}`);
}

function badOption(option: string, text: string, wanted: string): CompileError {
  return new CompileError({
    code: 'bad-option',
    message: `${option} "${text}" is not ${wanted}`,
    where: option,
    hint: 'thimble COMMAND --help lists the options',
  });
}
