import { CompileError } from '../support/diagnostics.ts';
import { Beginning, LineSplitter } from '../support/lines.ts';
import { startGroup } from '../system/process-group.ts';
import type { Ended } from '../system/process-group.ts';
import type { Job, Outcome } from './driver.ts';
import { ProtocolReader } from './protocol.ts';

/** Besides the outputs in hexadecimal: records of layers, and words that are not the protocol's. */
const MOST_OTHER_BYTES = 2 ** 24;

/** Runs a program that speaks the line protocol on its standard output, until it has finished. */
export async function runProcess(
  command: string,
  args: readonly string[],
  job: Job,
  cwd?: string,
): Promise<Outcome> {
  const reader = new ProtocolReader(job.outputBytes, 1, job.symbolAt, job.vectors.length);
  const lines = new LineSplitter((line) => reader.line(line));
  const said = new Beginning(4000);
  const most = MOST_OTHER_BYTES + 4 * job.outputBytes * job.vectors.length;
  let bytes = 0;
  const group = startGroup(command, args, {
    ...(cwd !== undefined && { cwd }),
    ...(job.signal && { signal: job.signal }),
    timeoutMs: job.timeoutMs,
    onStdout: (chunk) => {
      bytes += chunk.length;
      if (bytes <= most) lines.push(chunk.toString('latin1'));
      if (reader.finished || bytes > most) group.kill();
    },
    onStderr: (chunk) => {
      said.push(chunk);
      bytes += chunk.length;
      if (bytes > most) group.kill();
    },
  });
  const ended = await group.ended;
  lines.end();
  job.signal?.throwIfAborted();
  if (ended.notStarted !== undefined) throw cannotStart(command, ended.notStarted);
  if (bytes > most)
    throw failed(command, `the run was ended, as it printed more than ${most} bytes`, said.text);
  if (!reader.finished && said.text !== '')
    throw failed(command, `the run did not finish before ${howOf(ended, job)}`, said.text);
  return reader.outcome(howOf(ended, job));
}

/** How a program ended, as the end of "nothing before …". */
function howOf({ exitCode, killedBy, timedOut }: Ended, { timeoutMs }: Job): string {
  if (timedOut) return `its limit of ${timeoutMs / 1000} s`;
  return killedBy === null ? `it ended with exit code ${exitCode}` : `it was killed by ${killedBy}`;
}

function failed(command: string, message: string, said: string): CompileError {
  return new CompileError(
    {
      code: 'emulator-failed',
      message,
      where: command,
      notes: said
        .split('\n')
        .filter(Boolean)
        .slice(0, 12)
        .map((line) => `it printed: ${line.slice(0, 200)}`),
      hint: 'the lines above are its own words',
    },
    'run-failed',
  );
}

/** The error for a program that the operating system does not start. */
export function cannotStart(where: string, reason: string): CompileError {
  return new CompileError(
    {
      code: 'missing-tool',
      message: `the program cannot be started (${reason})`,
      where,
      hint: 'thimble doctor shows which tools are found; a program in TMPDIR needs a file system that lets programs run',
    },
    'tool-missing',
  );
}
