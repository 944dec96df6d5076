import type { Writable } from 'node:stream';
import { execa } from 'execa';

export interface GroupOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  /** Whether its standard input is a pipe; otherwise it is empty. */
  readonly wantsInput?: boolean;
}

/** How a program came to its end. */
export interface Ended {
  readonly exitCode: number | null;
  /** The signal that killed it. */
  readonly killedBy: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** Why it did not even start: ENOENT, EACCES, ENOEXEC. */
  readonly notStarted?: string;
}

export interface ProcessGroup {
  readonly ended: Promise<Ended>;
  readonly stdin: Writable | null;
  /** Ends the program and everything that it started. */
  kill(): void;
}

/** What a program that has ended may still have in its pipes takes no longer than this. */
const DRAIN_MS = 1000;

/** What is known of a program by its process id alone. */
type Child = { readonly pid?: number | undefined };

const running = new Set<Child>();
process.on('exit', () => running.forEach(killGroup));

/**
 * Starts a program in a process group of its own, so that whatever it starts ends with it: at its
 * end, at its time limit, when `signal` aborts, and when this process exits.
 */
export function startGroup(
  command: string,
  args: readonly string[],
  options: GroupOptions,
): ProcessGroup {
  options.signal?.throwIfAborted();
  // A group of its own is ended here, as a whole; execa would end the program alone.
  const child = execa(command, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env && { env: options.env, extendEnv: false }),
    ...{ stdin: options.wantsInput ? 'pipe' : 'ignore', stdout: 'pipe', stderr: 'pipe' },
    ...{ buffer: false, reject: false, detached: true, cleanup: false },
  } as const);
  running.add(child);
  child.stdout.on('data', options.onStdout);
  child.stderr.on('data', options.onStderr);
  const stdin = options.wantsInput ? child.stdin : null;
  stdin?.on('error', () => undefined);
  const kill = () => killGroup(child);
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.timeoutMs);
  options.signal?.addEventListener('abort', kill);
  // Children that live on may hold the pipes: they end with the program.
  let drain: NodeJS.Timeout | undefined;
  child.on('exit', () => {
    kill();
    drain = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, DRAIN_MS);
  });
  const ended = child.then(({ exitCode, signal: killedBy, code }): Ended => {
    clearTimeout(limit);
    clearTimeout(drain);
    options.signal?.removeEventListener('abort', kill);
    running.delete(child);
    const notStarted = child.pid === undefined ? (code ?? 'unknown') : undefined;
    return {
      ...{ exitCode: exitCode ?? null, killedBy: killedBy ?? null, timedOut },
      ...(notStarted !== undefined && { notStarted }),
    };
  });
  return { ended, stdin, kill };
}

function killGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
