#!/usr/bin/env node
import { CommanderError } from 'commander';
import type { TestCase } from '../report/junit.ts';
import { CompileError, formatDiagnostic } from '../support/diagnostics.ts';
import type { Diagnostic, Failure } from '../support/diagnostics.ts';
import { VERSION } from '../pipeline.ts';
import { DoesNotFit } from '../workflow/require-fit.ts';
import { summary } from './commands/compile.ts';
import { Interrupted } from './context.ts';
import type { Context } from './context.ts';
import { makeProgram } from './program.ts';

const EXIT_CODES: Record<Failure, number> = {
  'answer-is-no': 1,
  'bad-input': 2,
  'tool-missing': 3,
  'run-failed': 4,
};

const INTERRUPTED = 130;

/** Runs the command line; gives the exit code (cli.md, "Exit codes"). */
async function main(argv: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(INTERRUPTED);
      interruption.abort(new Interrupted());
    });
  process.stdout.on('error', leave);
  const { program, context } = makeProgram(interruption.signal);
  try {
    await program.parseAsync(argv);
    return interruption.signal.aborted ? INTERRUPTED : 0;
  } catch (error) {
    // Whatever failed first: the compilers get the same Ctrl-C.
    if (interruption.signal.aborted) return INTERRUPTED;
    return explain(error, context());
  }
}

// Nobody reads any more: `thimble inspect MODEL | head`.
function leave(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`error[unwritable-file]: stdout cannot be written (${error.code})\n`);
  process.exit(2);
}

async function explain(error: unknown, context: Context): Promise<number> {
  const { output } = context;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (output.options.json) output.result('', { errors: [usageError(error)] });
    return 2;
  }
  if (error instanceof DoesNotFit) output.result(summary(error.report), error.report);
  if (error instanceof CompileError) {
    output.errors(error.diagnostics);
    await context.junit('thimble', error.diagnostics.map(failedCase));
    return EXIT_CODES[error.failure];
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `internal error in thimble ${VERSION}, please report it with the model:\n${text}\n`,
  );
  return 70;
}

// Commander has told the user already.
function usageError({ message }: CommanderError): Diagnostic {
  return { code: 'bad-option', message: message.replace(/^error: /, '') };
}

function failedCase(diagnostic: Diagnostic): TestCase {
  return {
    suite: 'thimble',
    name: `${diagnostic.code} ${diagnostic.where ?? ''}`.trim(),
    failure: formatDiagnostic(diagnostic),
  };
}

process.exitCode = await main(process.argv);
