import { lstatSync } from 'node:fs';
import path from 'node:path';
import { CompileError, InternalError } from '../support/diagnostics.ts';
import type { Diagnostic, Failure } from '../support/diagnostics.ts';
import { Beginning } from '../support/lines.ts';
import { startGroup } from '../system/process-group.ts';
import type { Ended } from '../system/process-group.ts';
import { noTemporaryFolder } from '../system/temporary-folder.ts';

/** What ends a tool early. */
export interface Limits {
  /** Of a single run. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 120_000;
/** Even the listing of a megabyte of code is shorter. */
const MOST_OUTPUT = 2 ** 28;

/** Runs a tool on generated files and gives what it printed; the error says who is at fault. */
export async function runTool(
  command: string,
  args: readonly string[],
  folder: string,
  { signal, timeoutMs = TIMEOUT_MS }: Limits = {},
): Promise<string> {
  let bytes = 0;
  const [out, all] = [new Beginning(MOST_OUTPUT), new Beginning(20_000)];
  const group = startGroup(command, args, {
    cwd: folder,
    // What a killed compiler leaves goes with the folder. A ccache in its place would lose call graphs.
    env: { ...process.env, TMPDIR: folder, LC_ALL: 'C', CCACHE_DISABLE: '1' },
    timeoutMs,
    ...(signal && { signal }),
    onStdout: (chunk) => {
      bytes += chunk.length;
      if (bytes > MOST_OUTPUT) group.kill();
      out.push(chunk);
      all.push(chunk);
    },
    onStderr: (chunk) => all.push(chunk),
  });
  const ended = await group.ended;
  signal?.throwIfAborted();
  if (bytes > MOST_OUTPUT) throw flooded(command);
  if (ended.exitCode === 0) return out.text;
  const said = all.text.trim();
  if (/No space left on device|Cannot create temporary file/.test(said))
    throw noTemporaryFolder(folder, new Error('the disk is full'));
  // Errors with a place in a generated file, or from the linker: the files are wrong.
  if (ended.exitCode !== null && isOurFault(said))
    throw new InternalError(`${path.basename(command)} ${args.join(' ')}\n${said}`);
  const { failure, ...diagnostic } = explain(path.basename(command), ended, said, timeoutMs);
  throw new CompileError({ ...diagnostic, where: command, notes: wordsOf(said) }, failure);
}

/** Throws where a tool reported success and its file is not there: a regular one that is not empty. */
export function requireMade(command: string, folder: string, file: string): void {
  const found = lstatSync(path.join(folder, file), { throwIfNoEntry: false });
  if (!found?.isFile() || found.size === 0) throw idle(command, `made no ${file}`);
}

/** The error for a tool that reported success and did not do its work. */
export function idle(command: string, missing: string): CompileError {
  return new CompileError(
    {
      code: 'tool-failed',
      message: `${path.basename(command)} reported success, but ${missing}`,
      where: command,
      hint: 'thimble doctor shows which tools are found; install this one anew',
    },
    'tool-missing',
  );
}

/** The error for a compiler that finds errors in whatever it is given. */
export function refusesAll(compiler: string, said: string): CompileError {
  return new CompileError(
    {
      code: 'tool-failed',
      message: `${path.basename(compiler)} compiles nothing: it refuses a function of one line, too`,
      where: compiler,
      notes: wordsOf(said),
      hint: 'thimble doctor shows which tools are found; install this one anew',
    },
    'tool-missing',
  );
}

function flooded(where: string): CompileError {
  return new CompileError(
    {
      code: 'tool-failed',
      message: `${path.basename(where)} was ended, as it printed more than ${MOST_OUTPUT} bytes`,
      where,
      hint: 'thimble doctor shows which tools are found',
    },
    'run-failed',
  );
}

function isOurFault(said: string): boolean {
  const others = [/internal compiler error/, KILLED, TOO_OLD, NO_HEADERS];
  if (others.some((pattern) => pattern.test(said))) return false;
  return /\.(c|h|ld|o)(:\d+|:\().*(error|undefined|warning)|overflowed by \d+ bytes/.test(said);
}

function explain(
  name: string,
  { killedBy, timedOut, notStarted, exitCode }: Ended,
  said: string,
  timeoutMs: number,
): Omit<Diagnostic, 'where' | 'notes'> & { failure: Failure } {
  const reinstall = 'thimble doctor shows which tools are found; install this one anew';
  if (timedOut)
    return {
      ...{ code: 'tool-failed', message: `${name} did not end within ${timeoutMs / 1000} s` },
      ...{ hint: 'raise --timeout, or look what it waits for', failure: 'run-failed' },
    };
  if (notStarted !== undefined)
    return {
      ...{ code: 'missing-tool', message: `${name} cannot be started (${notStarted})` },
      ...{ hint: reinstall, failure: 'tool-missing' },
    };
  if (NO_HEADERS.test(said))
    return {
      code: 'missing-tool',
      message: `${name} is there, the C library's headers are not`,
      hint: `install them: apt-get install ${name.includes('arm-none-eabi') ? 'libnewlib-arm-none-eabi' : 'libc6-dev'}`,
      failure: 'tool-missing',
    };
  if (TOO_OLD.test(said))
    return {
      ...{ code: 'tool-version', message: `${name} does not know an option that thimble gives it` },
      ...{ hint: 'install gcc 10 or newer', failure: 'tool-missing' },
    };
  const killed = killedBy === null ? KILLED.exec(said)?.[0] : `it was killed by ${killedBy}`;
  if (killed !== undefined)
    return {
      ...{ code: 'tool-failed', message: `${name} did not end by itself: ${killed}` },
      ...{ hint: 'the machine may be out of memory', failure: 'run-failed' },
    };
  const crashed = said.includes('internal compiler error');
  return {
    ...{ code: 'tool-failed', message: `${name} ended with exit code ${exitCode}` },
    ...{ hint: reinstall, failure: crashed ? 'run-failed' : 'tool-missing' },
  };
}

// What a compiler says that came without the C library's headers or its nano variant.
const NO_HEADERS =
  /fatal error: (string|math|stdint|stdio|stdlib)\.h: No such file|nano\.specs: No such file|cannot read spec file/;

/** What gcc says of a program that it started itself: cc1, as, ld. */
const KILLED = /Killed signal terminated program \w+|\w+ terminated with signal \d+/;

const TOO_OLD =
  /unrecognized (command[- ]line )?option|unrecognized argument in option|unknown (argument|option)|unsupported option/;

function wordsOf(said: string): string[] {
  return said === ''
    ? ['it printed nothing']
    : said
        .split('\n')
        .slice(0, 8)
        .map((line) => `it printed: ${line.slice(0, 200)}`);
}
