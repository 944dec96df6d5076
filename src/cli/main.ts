#!/usr/bin/env node
import { CommanderError } from 'commander';
import type { TestCase } from '../report/junit.ts';
import { CompileError, formatDiagnostic } from '../support/diagnostics.ts';
import type { Diagnostic, Failure } from '../support/diagnostics.ts';
import { harmless } from '../support/printable.ts';
import { VERSION } from '../support/version.ts';
import type { Context } from './context.ts';
import { DoesNotFit } from '../workflow/does-not-fit.ts';
import { Interrupted } from './interrupted.ts';
import { makeProgram } from './program.ts';

const EXIT_CODES: Record<Failure, number> = {
  'answer-is-no': 1,
  'bad-input': 2,
  'tool-missing': 3,
  'run-failed': 4,
};

/** What a terminal sends: Ctrl-C, Ctrl-\\, its end; and what asks a program to end. */
const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM'] as const;
const INTERRUPTED = 130;
const INTERNAL_ERROR = 70;
/** What a command has to end in after a signal. */
const GRACE_MS = 5000;

/** Runs the command line; gives the exit code (cli.md, "Exit codes"). */
async function main(argv: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(INTERRUPTED);
      interruption.abort(new Interrupted());
      // Should something not heed it, such as a device that is read.
      setTimeout(() => process.exit(INTERRUPTED), GRACE_MS).unref();
    });
  process.stdout.on('error', unheard);
  // Nobody is left to be told.
  process.stderr.on('error', () => undefined);
  const { program, context } = makeProgram(interruption.signal);
  try {
    await program.parseAsync(argv);
    if (interruption.signal.aborted) return INTERRUPTED;
    await writeReport(await context(), [{ suite: 'thimble', name: program.args[0]! }]);
    return 0;
  } catch (error) {
    // Whatever failed first: the compilers get the same Ctrl-C.
    if (interruption.signal.aborted) return INTERRUPTED;
    // --help and --version end so: nothing is loaded for them.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return explain(error, await context());
  }
}

let resultLost = false;

// A reader that has gone has read enough (`thimble inspect MODEL | head`): the exit code stays the
// answer's. A result that could not be written is one that nobody has, though.
function unheard(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || resultLost) return;
  resultLost = true;
  process.stderr.write(`error[unwritable-file]: stdout cannot be written (${error.code})\n`);
  process.exitCode = exitCodeOf(Number(process.exitCode ?? 0));
}

function exitCodeOf(answer: number): number {
  return answer === 0 && resultLost ? EXIT_CODES['bad-input'] : answer;
}

async function explain(error: unknown, context: Context): Promise<number> {
  const { output } = context;
  if (error instanceof CommanderError) {
    await tell(context, [usageError(error)]);
    return EXIT_CODES['bad-input'];
  }
  if (error instanceof CompileError) {
    if (error instanceof DoesNotFit) {
      const { summary } = await import('./commands/compile.ts');
      output.result(summary(error.report), error.report);
    }
    await tell(context, error.diagnostics);
    return EXIT_CODES[error.failure];
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `internal error in thimble ${VERSION}, please report it with the model:\n${harmless(text.split('\n'))}\n`,
  );
  await tell(context, [internalError(text)]);
  return INTERNAL_ERROR;
}

async function tell(context: Context, diagnostics: readonly Diagnostic[]): Promise<void> {
  await context.output.errors(diagnostics);
  await writeReport(context, diagnostics.map(failedCase));
}

// The exit code is the answer's, whether or not its report can be written.
async function writeReport(context: Context, cases: readonly TestCase[]): Promise<void> {
  await context.junit('thimble', cases).catch(async (error: unknown) => {
    if (!(error instanceof CompileError)) throw error;
    await context.output.errors(error.diagnostics);
  });
}

function usageError({ message }: CommanderError): Diagnostic {
  return {
    code: 'bad-option',
    // What may have been meant stands on a line of its own.
    message: message.replace(/^error: /, '').replace(/\n(?=\(Did you mean [^\n]*\)$)/, ' '),
    hint: 'thimble COMMAND --help lists the options',
  };
}

function internalError(text: string): Diagnostic {
  return {
    code: 'internal-error',
    message: text.split('\n')[0]!,
    hint: 'report it with the model',
  };
}

function failedCase(diagnostic: Diagnostic): TestCase {
  return {
    suite: 'thimble',
    name: `${diagnostic.code} ${diagnostic.where ?? ''}`.trim(),
    failure: formatDiagnostic(diagnostic),
  };
}

process.exitCode = exitCodeOf(await main(process.argv));
