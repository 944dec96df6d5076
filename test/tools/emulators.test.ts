import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { host } from '../../src/emulate/host.ts';
import { qemu } from '../../src/emulate/qemu.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { failureOf } from '../support/failures.ts';
import { fakeTools } from '../support/fake-tools.ts';
import type { FakeTools } from '../support/fake-tools.ts';

let fakes: FakeTools;
fakeTools((given) => (fakes = given));

const board = loadBoard('mps2-an386');

describe('an emulator that', () => {
  const BANNER = 'thimble 1 small in 192 out 4 crc 00000000';
  const DONE = 'thimble done 1 vectors 5 ticks';
  const run = (timeoutMs: number, signal?: AbortSignal) => {
    const program = path.join(mkdtempSync(path.join(fakes.folder, 'job-')), 'firmware.elf');
    writeFileSync(program, '');
    const job = {
      board,
      program,
      vectors: [new Uint8Array(192)],
      outputBytes: 4,
      exactTime: false,
    };
    return qemu.run({ ...job, timeoutMs, ...(signal && { signal }) });
  };

  it.each<[string, string, string, RegExp]>([
    ['says nothing and fails', 'exit 3', 'firmware-silent', /exit code 3/],
    ['says nothing', 'exit 0', 'firmware-silent', /exit code 0/],
    ['is killed', 'kill -9 $$', 'firmware-silent', /killed by SIGKILL/],
    [
      'is killed in the middle',
      `echo ${BANNER}; kill -SEGV $$`,
      'firmware-hang',
      /killed by SIGSEGV/,
    ],
    ['hangs with its children', 'hang', 'firmware-silent', /limit of 2 s/],
    [
      'ends, but its children do not',
      `echo ${BANNER}; sleep 3600 & exit 0`,
      'firmware-hang',
      /exit code 0/,
    ],
    ['never ends a line', 'yes | tr -d "\\n"', 'emulator-failed', /printed more than/],
    ['floods', 'yes', 'emulator-failed', /printed more than/],
    ['floods its errors', 'yes "::error::x" >&2', 'emulator-failed', /printed: \s*::error::x/],
    [
      'floods with records',
      `echo ${BANNER}; yes "thimble layer 0 3 61021"`,
      'emulator-failed',
      /printed more than/,
    ],
    ['talks nonsense', String.raw`printf '\377\000\033[1m%s' x`, 'firmware-silent', /no banner/],
    [
      'did more than it was told',
      `echo ${BANNER}; echo thimble done 10000000000000000 vectors 1 ticks; exit`,
      'firmware-hang',
      /finished 0/,
    ],
    [
      'counts more than it was given',
      `echo ${BANNER}; echo thimble out 0 0 00000000; echo thimble done 4000000000 vectors 1 ticks`,
      'output-incomplete',
      /4000000000 vectors, it was given 1/,
    ],
    [
      'counts less than it was given',
      `echo ${BANNER}; echo thimble done 0 vectors 1 ticks`,
      'firmware-hang',
      /finished 0/,
    ],
    [
      'gives other vectors',
      `echo ${BANNER}; echo thimble out 7 0 00000000; echo thimble layer 9999999999 1 1; echo ${DONE}`,
      'output-incomplete',
      /0 bytes, not 4/,
    ],
    [
      'commands a workflow',
      'printf "\\n::add-mask::x\\n##[error]y\\n\\033[2J" >&2; exit 1',
      'emulator-failed',
      /::add-mask::x/,
    ],
  ])('%s', async (_, script, code, message) => {
    fakes.put('qemu-system-arm', script);
    // Only what waits for its limit gets a short one.
    const error = await failureOf(run(script === 'hang' ? 2000 : 60_000));
    expect([error.diagnostics[0]!.code, error.failure]).toEqual([code, 'run-failed']);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/^\s*::|##\[|\x1b/m);
    expect(fakes.left()).toEqual([]);
  });

  it('cannot be started is missing', async () => {
    fakes.put('qemu-system-arm', '', '/nowhere/sh');
    expect((await failureOf(run(2000))).failure).toBe('tool-missing');
    const program = path.join(fakes.folder, 'no-program');
    writeFileSync(program, '', { mode: 0o644 });
    const job = { program, vectors: [], outputBytes: 4, exactTime: false, timeoutMs: 2000 };
    expect((await failureOf(host.run(job))).failure).toBe('tool-missing');
  });

  it('hangs ends at once when the command is stopped', async () => {
    fakes.put('qemu-system-arm', 'hang');
    const abort = new AbortController();
    const running = run(600_000, abort.signal);
    await fakes.hanging();
    abort.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    expect(fakes.left()).toEqual([]);
  });
});
