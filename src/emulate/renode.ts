import { open, readFile, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { CompileError, assert } from '../support/diagnostics.ts';
import { findTool, missingTool, requireTool, TOOLS } from '../support/tools.ts';
import type { EmulatorDriver, Job, Outcome } from './driver.ts';
import { mailbox } from './mailbox.ts';
import { ProtocolReader } from './protocol.ts';
import { monitorPath, renodeScript } from './renode-script.ts';
import { RenodeLog } from './renode-log.ts';

const OLDEST = [1, 15];
const POLL_MS = 40;
/** How long Renode gets to answer and to leave once the firmware has finished. */
const FAREWELL_MS = 5000;

export const renode: EmulatorDriver = {
  name: 'renode',
  tool: TOOLS.renode,
  reject(board) {
    if (!findTool(TOOLS.renode))
      return `${missingTool(TOOLS.renode).message}; ${TOOLS.renode.install}`;
    return board?.emulators.renode ? undefined : 'Renode has no model of this board';
  },
  run: runRenode,
};

/** Starts Renode headless, feeds it a script, and follows the console file until the firmware ends. */
async function runRenode(job: Job): Promise<Outcome> {
  const command = requireTool(TOOLS.renode);
  await checkVersion(command);
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
  await writeFile(files.vectors, mailbox(job.vectors));
  await writeFile(files.script, renodeScript(job, job.board, files));
  const options = [
    '--disable-gui',
    '--console',
    '--plain',
    '--config',
    path.join(folder, 'renode.config'),
  ];
  const child = execa(command, [...options, '-e', `include ${monitorPath(files.script)}`], {
    stdin: 'pipe',
    buffer: false,
    all: true,
    reject: false,
    // A group of its own, so that whatever the launcher starts ends with it.
    detached: true,
  });
  const killAll = () => killGroup(child.pid);
  process.once('exit', killAll);
  const log = new RenodeLog(job.symbolAt ?? (() => undefined));
  const reading = (async () => {
    for await (const line of createInterface({ input: child.all })) log.line(line);
  })();
  let ended = false;
  void child.then(() => (ended = true));
  try {
    const reader = new ProtocolReader(job.outputBytes, 1, job.symbolAt);
    const how = await follow(files.console, reader, log, job, () => ended);
    log.closing = true;
    await farewell(child.stdin, () => ended, job.profile === true);
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
    killAll();
    process.removeListener('exit', killAll);
    await Promise.race([reading.catch(() => undefined), sleep(1000, undefined, { ref: false })]);
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
  const deadline = performance.now() + job.timeoutMs;
  let handle: FileHandle | undefined;
  let rest = '';
  let offset = 0;
  try {
    for (;;) {
      // Renode makes the file, and before that makes and removes one to see whether it can: the file
      // that counts is there once the script has come to its end.
      if (log.started) handle ??= await open(file, 'r').catch(() => undefined);
      const text = handle ? await readFrom(handle, offset) : '';
      offset += Buffer.byteLength(text, 'latin1');
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) reader.line(line);
      if (reader.finished) return 'it ended';
      if (log.problem) return 'Renode reported a problem';
      if (job.signal?.aborted) throw job.signal.reason;
      if (ended()) return 'Renode ended';
      if (performance.now() > deadline) return `its limit of ${job.timeoutMs / 1000} s`;
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
  stdin.on('error', () => undefined);
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
export async function checkVersion(command: string): Promise<string> {
  const known = checked.get(command);
  if (known !== undefined) return known;
  const { stdout } = await execa(command, ['--version'], {
    reject: false,
    timeout: 60_000,
    stdin: 'ignore',
  });
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
  const [, major = '0', minor = '0'] = match ?? [];
  const found = [Number(major), Number(minor)];
  const old = found[0]! < OLDEST[0]! || (found[0] === OLDEST[0] && found[1]! < OLDEST[1]!);
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

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
