import type { PreprocessSettings } from '../preprocess/settings.ts';
import { formatJUnit } from '../report/junit.ts';
import type { TestCase } from '../report/junit.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Board } from '../target/board.ts';
import { limitBoard } from '../target/limits.ts';
import { loadBoard } from '../target/load-board.ts';
import { writeWhole } from '../workflow/write-file.ts';
import { readConfig } from './config.ts';
import { badOption, sizeOf } from './option-values.ts';
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
    await writeWhole(file, formatJUnit(title, cases), { signal: this.signal });
  }

  /** The board that -b or the configuration names, with --ram and --flash applied. */
  board(name: string | undefined): Board | undefined {
    const config = readConfig(this.options.config);
    const chosen = name ?? config.board;
    if (chosen === undefined) {
      this.#refuseLimits();
      return undefined;
    }
    const ram = this.options.ram ?? limitOf('ram', config.ram);
    const flash = this.options.flash ?? limitOf('flash', config.flash);
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

  /** How the configuration makes inputs of pictures; undefined where it says nothing. */
  preprocess(): PreprocessSettings | undefined {
    return readConfig(this.options.config).preprocess;
  }

  timeoutMs(seconds?: number): number {
    return (seconds ?? readConfig(this.options.config).timeout ?? 120) * 1000;
  }

  // They hold a board to less.
  #refuseLimits(): void {
    const given = (['ram', 'flash'] as const).filter((name) => this.options[name] !== undefined);
    if (given.length === 0) return;
    throw new CompileError(
      given.map((name) =>
        badOption(`--${name}`, `--${name} limits a board, and none is named`, 'name one with -b'),
      ),
    );
  }
}

function limitOf(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : sizeOf(name, text);
}
