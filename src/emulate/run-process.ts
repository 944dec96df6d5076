import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { CompileError } from '../support/diagnostics.ts';
import type { Job, Outcome } from './driver.ts';
import { ProtocolReader } from './protocol.ts';

/** Runs a program that speaks the line protocol on its standard output, until it has finished. */
export async function runProcess(
  command: string,
  args: readonly string[],
  job: Job,
): Promise<Outcome> {
  const reader = new ProtocolReader(job.outputBytes, 1, job.symbolAt);
  const process = execa(command, args, {
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
    reject: false,
    timeout: job.timeoutMs,
    forceKillAfterDelay: 1000,
    ...(job.signal && { cancelSignal: job.signal }),
  });
  for await (const line of createInterface({ input: process.stdout })) {
    reader.line(line);
    if (reader.finished) break;
  }
  const finished = reader.finished;
  process.kill();
  const result = await process;
  if (job.signal?.aborted) throw job.signal.reason;
  if (!finished && result.stderr) {
    const message = `${command} ended early: ${result.stderr.split('\n').slice(0, 12).join('\n')}`;
    throw new CompileError(
      { code: 'emulator-failed', message, hint: 'the lines above are its own words' },
      'run-failed',
    );
  }
  return reader.outcome(result.timedOut ? `its limit of ${job.timeoutMs / 1000} s` : 'it ended');
}
