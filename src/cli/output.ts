import { appendFileSync, closeSync, constants, openSync } from 'node:fs';
import { formatDiagnostic } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { refuseClaimed } from './named-files.ts';
import { harmless, markdownBlock, printable } from '../support/printable.ts';
import { refusePlace } from '../support/files-read.ts';
import { unwritable } from '../support/unwritable.ts';
import { followLinks, refuseOwned } from '../workflow/write-file.ts';

export interface GlobalOptions {
  readonly json?: boolean;
  readonly junit?: string;
  readonly config?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  readonly ram?: number;
  readonly flash?: number;
}

/** Where a command prints: results to stdout, all else to stderr; JSON alone on stdout when asked. */
export class Output {
  readonly #color: boolean;
  #printed = false;
  #summarized = false;

  constructor(readonly options: GlobalOptions) {
    const allowed = options.color && !process.env.NO_COLOR && process.env.CI === undefined;
    this.#color = allowed && process.stderr.isTTY;
  }

  /** The command's result for people, line by line; `--json` prints `data` instead. */
  result(lines: readonly string[], data: object): void {
    this.#printed = true;
    if (this.options.json)
      process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...data }, null, 2)}\n`);
    else process.stdout.write(`${harmless(lines)}\n`);
  }

  note(...lines: readonly string[]): void {
    if (!this.options.quiet) process.stderr.write(`${harmless(lines)}\n`);
  }

  detail(line: string): void {
    if (this.options.verbose) process.stderr.write(`${harmless([line])}\n`);
  }

  /** Markdown for the page of a GitHub job; false when there is none, or it cannot be written. */
  async summary(markdown: string): Promise<boolean> {
    const page = process.env.GITHUB_STEP_SUMMARY;
    if (!page) return false;
    this.#summarized = true;
    try {
      refusePlace(page);
      refuseClaimed(page);
      await refuseOwned(await followLinks(page), page);
      append(page, markdown);
      return true;
    } catch (error) {
      const [problem] = unwritable(page, error).diagnostics;
      this.note(
        'GITHUB_STEP_SUMMARY cannot be written:',
        ...formatDiagnostic(problem!).split('\n'),
      );
      return false;
    }
  }

  /** What ended the command: for people, for GitHub, and, where no result was printed, as JSON. */
  async errors(diagnostics: readonly Diagnostic[]): Promise<void> {
    if (this.options.json && !this.#printed) this.result([], { errors: diagnostics });
    if (!this.#summarized)
      await this.summary(
        ['### failed', '', markdownBlock(diagnostics.map(formatDiagnostic).join('\n')), ''].join(
          '\n',
        ),
      );
    for (const diagnostic of diagnostics) {
      const text = formatDiagnostic(diagnostic);
      process.stderr.write(
        `${this.#color ? text.replace(/^error/, '\x1b[31merror\x1b[0m') : text}\n`,
      );
      if (process.env.GITHUB_ACTIONS) process.stderr.write(`${annotation(diagnostic)}\n`);
    }
    const codes = new Set(diagnostics.map(({ code }) => code));
    if (!this.options.json) this.note(...[...codes].map((code) => `more: thimble explain ${code}`));
  }
}

// Never by a call that blocks: a pipe that nobody reads is refused, no signal could end it.
function append(page: string, text: string): void {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const descriptor = openSync(page, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
  try {
    appendFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

// A GitHub workflow command that marks an error on the run's page.
function annotation({ code, message, where, notes = [], hint }: Diagnostic): string {
  const plain = [message, where && `at ${where}`, ...notes, hint].filter(Boolean).join('; ');
  const data = printable(plain).replace(/%/g, '%25');
  return `::error title=${code}::${data}`;
}
