#!/usr/bin/env node
import { CommanderError } from 'commander';
import { CompileError } from '../support/diagnostics.ts';
import type { Failure } from '../support/diagnostics.ts';
import { VERSION } from '../pipeline.ts';
import { DoesNotFit } from '../workflow/require-fit.ts';
import { summary } from './commands/compile.ts';
import { Interrupted } from './context.ts';
import { Output } from './output.ts';
import type { GlobalOptions } from './output.ts';
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
    process.once(signal, () => interruption.abort(new Interrupted()));
  process.stdout.on('error', leaveQuietly);
  const program = makeProgram(interruption.signal);
  try {
    await program.parseAsync(argv);
    return interruption.signal.aborted ? INTERRUPTED : 0;
  } catch (error) {
    // Whatever failed first: the compilers get the same Ctrl-C.
    if (interruption.signal.aborted) return INTERRUPTED;
    return explain(error, new Output(program.opts<GlobalOptions>()));
  }
}

// Nobody reads any more: `thimble inspect MODEL | head`.
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

function explain(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof DoesNotFit) output.result(summary(error.report), error.report);
  if (error instanceof CompileError) {
    output.errors(error.diagnostics);
    return EXIT_CODES[error.failure];
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `internal error in thimble ${VERSION}, please report it with the model:\n${text}\n`,
  );
  return 70;
}

process.exitCode = await main(process.argv);
