import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';

/**
 * Gives each test tools of its own, first on the PATH of this process; after it the environment is as it was.
 * Returns the PATH without them.
 */
export function fakeTools(give: (fakes: FakeTools) => void): string | undefined {
  const { PATH, TMPDIR } = process.env;
  beforeEach(() => {
    const fakes = new FakeTools();
    Object.assign(process.env, fakes.env());
    give(fakes);
  });
  afterEach(() => {
    process.env.PATH = PATH;
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  return PATH;
}

/** A folder of programs that stand for tools; put before the PATH, they are found first. */
export class FakeTools {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'thimble-fakes-')));
  /** A TMPDIR of its own, so that what is left behind shows. */
  readonly temporary = path.join(this.folder, 'tmp');
  readonly #pids = path.join(this.folder, 'pids');

  constructor() {
    mkdirSync(this.temporary);
    mkdirSync(this.#pids);
  }

  /** A shell script by the name of a tool; `hang` in it waits for ever, with a child that holds the pipes. */
  put(name: string, script: string, interpreter = '/bin/sh'): void {
    const hang = `hang() { echo $$ > ${this.#pids}/$$; sleep 3600 & echo $! > ${this.#pids}/$!; wait; }`;
    writeFileSync(path.join(this.folder, name), `#!${interpreter}\n${hang}\n${script}\n`);
    chmodSync(path.join(this.folder, name), 0o755);
  }

  env(rest = process.env.PATH ?? ''): NodeJS.ProcessEnv {
    return { PATH: `${this.folder}:${rest}`, TMPDIR: this.temporary };
  }

  /** Resolves once a tool hangs. */
  async hanging(): Promise<void> {
    while (readdirSync(this.#pids).length < 2) await sleep(20);
  }

  /** What hangs still, and what lies in TMPDIR still. */
  left(): string[] {
    const alive = readdirSync(this.#pids).filter(isAlive);
    return [...alive.map((pid) => `process ${pid}`), ...readdirSync(this.temporary)];
  }
}

// Where nobody collects orphans, those that have ended are zombies.
function isAlive(pid: string): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
