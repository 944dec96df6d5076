import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompileError, assert } from '../support/diagnostics.ts';
import { LineSplitter } from '../support/lines.ts';
import { startGroup } from '../system/process-group.ts';
import { writeTemporary } from '../system/temporary-folder.ts';
import { askVersion } from '../system/tool-version.ts';
import { rejectMissing, requireTool, TOOLS } from '../support/tools.ts';
import type { EmulatorDriver, Job, Outcome } from './driver.ts';
import { mailbox } from './mailbox.ts';
import { ProtocolReader } from './protocol.ts';
import { monitorPath, renodeScript } from './renode-script.ts';
import { RenodeLog } from './renode-log.ts';

/** The oldest release with which every board passes the tests on the real Renode. */
const OLDEST = [1, 16, 1];
const POLL_MS = 40;
/** How long Renode gets to answer and to leave once the firmware has finished. */
const FAREWELL_MS = 5000;

export const renode: EmulatorDriver = {
  name: 'renode',
  tool: TOOLS.renode,
  reject(board) {
    const modelled = board?.emulators.renode !== undefined;
    return (
      rejectMissing(TOOLS.renode) ?? (modelled ? undefined : 'Renode has no model of this board')
    );
  },
  run: runRenode,
};

/** Starts Renode headless, feeds it a script, and follows the console file until the firmware ends. */
async function runRenode(job: Job): Promise<Outcome> {
  const command = requireTool(TOOLS.renode);
  await checkVersion(command, {
    timeoutMs: Math.min(60_000, job.startMs ?? job.timeoutMs),
    ...(job.signal && { signal: job.signal }),
  });
  const machine = job.board?.emulators.renode;
  assert(machine && job.board, 'the board has a Renode platform');
  const folder = path.dirname(job.program);
  const files = {
    script: path.join(folder, 'run.resc'),
    vectors: path.join(folder, 'vectors.bin'),
    console: path.join(folder, 'console.txt'),
    marks: path.join(folder, 'marks.txt'),
    profile: path.join(folder, 'profile.txt'),
  };
  await writeTemporary(files.vectors, mailbox(job.vectors, job.steps));
  await writeTemporary(files.script, renodeScript(job, job.board, files));
  const options = [
    '--disable-gui',
    '--console',
    '--plain',
    '--config',
    path.join(folder, 'renode.config'),
  ];
  const log = new RenodeLog(job.symbolAt ?? (() => undefined));
  const [out, err] = [0, 1].map(() => new LineSplitter((line) => log.line(line)));
  const group = startGroup(command, [...options, '-e', `include ${monitorPath(files.script)}`], {
    wantsInput: true,
    timeoutMs: (job.startMs ?? job.timeoutMs) + job.timeoutMs + 2 * FAREWELL_MS,
    onStdout: (chunk) => out!.push(chunk.toString()),
    onStderr: (chunk) => err!.push(chunk.toString()),
  });
  let ended = false;
  void group.ended.then(() => (ended = true));
  try {
    const reader = new ProtocolReader(job.outputBytes, 1, job.symbolAt, job.vectors.length);
    const how = await follow(files.console, reader, log, job, () => ended);
    log.closing = true;
    await farewell(group.stdin!, () => ended, job.profile === true);
    if (log.problem) throw log.problem;
    const outcome = withLog(log, () => reader.outcome(how));
    const profile = job.profile ? await readFile(files.profile, 'utf8').catch(() => '') : undefined;
    return {
      ...outcome,
      instructions: await countInstructions(files.marks),
      ...(log.virtualSeconds !== undefined && { virtualSeconds: log.virtualSeconds }),
      ...(profile !== undefined && { profile }),
    };
  } finally {
    group.kill();
    await group.ended;
  }
}

// A run that failed without a word of the firmware's: Renode's own words say more.
function withLog(log: RenodeLog, result: () => Outcome): Outcome {
  try {
    return result();
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const stage = log.started
      ? 'the script had run to its end'
      : 'the script had not run to its end';
    const notes = [stage, ...log.last.map((line) => `Renode printed: ${line}`)];
    throw new CompileError(
      error.diagnostics.map((each) => ({ ...each, notes: [...(each.notes ?? []), ...notes] })),
      error.failure,
    );
  }
}

// Reads the console file as it grows; says why it stopped.
async function follow(
  file: string,
  reader: ProtocolReader,
  log: RenodeLog,
  job: Job,
  ended: () => boolean,
): Promise<string> {
  // Renode gets as long to start as the firmware gets to run, which counts from its own start.
  const limit = (ms: number, of: string) => ({
    deadline: performance.now() + ms,
    how: `${of} limit of ${ms / 1000} s`,
  });
  const starting = limit(job.startMs ?? job.timeoutMs, 'Renode’s');
  let running: ReturnType<typeof limit> | undefined;
  let handle: FileHandle | undefined;
  const lines = new LineSplitter((line) => reader.line(line));
  let offset = 0;
  try {
    for (;;) {
      // Renode makes the file, and before that makes and removes one to see whether it can: the file
      // that counts is there once the script has come to its end.
      if (log.started) running ??= limit(job.timeoutMs, 'its');
      if (log.started) handle ??= await open(file, 'r').catch(() => undefined);
      const text = handle ? await readFrom(handle, offset) : '';
      offset += Buffer.byteLength(text, 'latin1');
      lines.push(text);
      if (reader.finished) return 'it ended';
      if (log.problem) return 'Renode reported a problem';
      if (job.signal?.aborted) throw job.signal.reason;
      if (ended()) return 'Renode ended';
      const { deadline, how } = running ?? starting;
      if (performance.now() > deadline) return how;
      if (text === '') await sleep(POLL_MS);
    }
  } finally {
    await handle?.close();
  }
}

async function readFrom(handle: FileHandle, offset: number): Promise<string> {
  const buffer = Buffer.alloc(65536);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
  return buffer.toString('latin1', 0, bytesRead);
}

// Asks for the time that has passed inside, then for the end.
async function farewell(
  stdin: NodeJS.WritableStream,
  ended: () => boolean,
  profiled: boolean,
): Promise<void> {
  if (ended()) return;
  const commands = [
    'pause',
    'machine ElapsedVirtualTime',
    ...(profiled ? ['cpu FlushProfiler'] : []),
    'quit',
  ];
  stdin.write(`${commands.join('\n')}\n`);
  const deadline = performance.now() + FAREWELL_MS;
  while (!ended() && performance.now() < deadline) await sleep(POLL_MS);
}

// Executed instructions between the two marks around each inference, added up.
async function countInstructions(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  let [total, begin] = [0, 0];
  for (const line of text.split('\n')) {
    const [mark, count] = line.split(' ');
    if (mark === 'begin') begin = Number(count);
    if (mark === 'end') total += Number(count) - begin;
  }
  return total;
}

const checked = new Map<string, string>();

/** The version of Renode, checked once; throws where it is too old or cannot be told. */
export async function checkVersion(
  command: string,
  limits: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const known = checked.get(command);
  if (known !== undefined) return known;
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec((await askVersion(command, limits)) ?? '');
  const version = [1, 2, 3].map((i) => Number(match?.[i] ?? 0));
  const differing = OLDEST.findIndex((part, i) => version[i] !== part);
  const old = differing >= 0 && version[differing]! < OLDEST[differing]!;
  if (!match || old) {
    throw new CompileError(
      {
        code: 'renode-version',
        message: match ? `Renode ${match[0]} is too old` : `${command} does not tell its version`,
        hint: `install Renode ${OLDEST.join('.')} or newer: ${TOOLS.renode.install}`,
      },
      'tool-missing',
    );
  }
  checked.set(command, match[0]);
  return match[0];
}
