import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { checkVersion, renode } from '../../src/emulate/renode.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { loadBoard } from '../../src/target/load-board.ts';

const FAKE = fileURLToPath(new URL('fake-renode.mjs', import.meta.url));
const saved = { RENODE: process.env.RENODE, FAKE: process.env.FAKE };

afterEach(() => {
  for (const [name, value] of Object.entries(saved)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

function run(mode: string, extra: object = {}) {
  process.env.RENODE = FAKE;
  process.env.FAKE = mode;
  const program = path.join(mkdtempSync(path.join(tmpdir(), 'thimble-renode-')), 'firmware.elf');
  writeFileSync(program, '');
  return renode.run({
    ...{
      board: loadBoard('stm32f4-discovery'),
      program,
      vectors: [new Uint8Array(192)],
      outputBytes: 4,
    },
    ...{
      timeoutMs: 1500,
      exactTime: false,
      symbolAt: (pc: number) => (pc === 0x146 ? 'conv2d_3' : undefined),
    },
    ...{ addressOf: () => 0x8000100, ...extra },
  });
}

async function failureOf(mode: string): Promise<CompileError> {
  const error: unknown = await run(mode).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, mode).toBeInstanceOf(CompileError);
  return error as CompileError;
}

describe('the driver against a stand-in that speaks as Renode does', () => {
  it('collects outputs, instructions between the marks, and virtual time', async () => {
    const outcome = await run('good');
    expect(outcome).toMatchObject({
      outputs: [new Uint8Array([10, 11, 12, 13])],
      instructions: 1000,
      virtualSeconds: 1.5,
    });
  });

  it('limits count from the firmware’s start, and Renode has one of its own before', async () => {
    expect((await run('late', { timeoutMs: 500, startMs: 60_000 })).vectors).toBe(1);
    await expect(run('unstarted')).rejects.toThrow(
      /no banner before Renode’s limit of 1.5 s[^]*the script had not run to its end/,
    );
  });

  it('a register whose bits are partly ignored is no fault', async () => {
    expect((await run('harmless')).vectors).toBe(1);
  });

  it.each([
    ['hang', 'firmware-hang', /finished 0 vectors, then nothing before its limit of 1.5 s/],
    ['silent', 'firmware-silent', /no banner before its limit/],
    ['garbage', 'firmware-silent', /not a line of ours/],
    ['truncated', 'output-incomplete', /2 bytes, not 4/],
    ['fault', 'firmware-fault', /hardfault pc 0x00001234/],
    ['crash', 'firmware-hang', /before Renode ended/],
    ['start-failure', 'renode-script', /Could not load file/],
    ['script-error', 'renode-script', /LoadPlatformDescription/],
    ['unmapped', 'renode-warning', /0x70000000[^]*pc 0x146 in conv2d_3/],
    ['abort', 'renode-warning', /CPU abort[^]*pc 0x70000000/],
    ['register', 'renode-warning', /Unhandled write to offset 0x3F0/],
  ])('%s: %s, exit code 4', async (mode, code, message) => {
    const error = await failureOf(mode);
    expect([error.diagnostics[0]!.code, error.failure]).toEqual([code, 'run-failed']);
    expect(error.message).toMatch(message);
  });

  it('ends with its children when interrupted', async () => {
    const abort = new AbortController();
    const reason = new Error('interrupted');
    const running = run('hang', { signal: abort.signal, timeoutMs: 600_000 });
    abort.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it.each([
    ['older', /Renode 1\.16\.0 is too old/],
    ['old', /Renode 1\.13\.2 is too old/],
    ['nameless', /does not tell its version/],
  ])('a version that is %s is refused', async (mode, message) => {
    process.env.FAKE = mode;
    // Checked once for each command: a path of its own for each case.
    const command = path.join(mkdtempSync(path.join(tmpdir(), 'thimble-fake-')), 'renode');
    writeFileSync(command, `#!/bin/sh\nexec ${process.execPath} ${FAKE} "$@"\n`, { mode: 0o755 });
    await expect(checkVersion(command)).rejects.toThrow(message);
  });

  it('not installed: the reason says how to get it', () => {
    process.env.RENODE = '/nowhere/renode';
    expect(renode.reject(loadBoard('stm32f4-discovery'))).toMatch(
      /renode was not found.*renode\.io/,
    );
  });

  it('boards that Renode does not model are refused', () => {
    process.env.RENODE = FAKE;
    const board = { ...loadBoard('rp2040-pico'), emulators: {} };
    expect(renode.reject(board)).toMatch(/no model/);
  });
});
