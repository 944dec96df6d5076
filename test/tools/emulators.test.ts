import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { host } from '../../src/emulate/host.ts';
import { qemu } from '../../src/emulate/qemu.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { cliFolder } from '../support/cli-folder.ts';
import { failureOf } from '../support/failures.ts';
import { fakeTools } from '../support/fake-tools.ts';
import type { FakeTools } from '../support/fake-tools.ts';

let fakes: FakeTools;
fakeTools((given) => (fakes = given));

const board = loadBoard('mps2-an386');

const cli = cliFolder();

// QEMU as it is, of whose lines sed makes others.
function lying(lie: string, [command, ...rest]: readonly string[]) {
  fakes.put('qemu-system-arm', `/usr/bin/qemu-system-arm "$@" | sed -uE '${lie}'`);
  return cli.thimble([command!, 'small.thimble', '-b', 'mps2-an386', '--on', 'qemu', ...rest]);
}

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

  // The outputs stay right: only what is counted is not.
  it.each<[string, string]>([
    ['tells of no layer', '/^thimble layer/d'],
    ['drops a layer', '/^thimble layer 0 2 /d'],
    ['drops the last layer', '/^thimble layer 0 6 /d'],
    ['repeats a layer', '/^thimble layer 0 2 /p'],
    ['repeats one layer in the place of another', 's/^thimble layer 0 3 /thimble layer 0 2 /'],
    ['damages the ticks of a layer', 's/^(thimble layer 0 2 ).*/\\1x8822/'],
    ['tells a layer of no ticks', 's/^(thimble layer 0 2) .*/\\1/'],
    ['tells a layer that takes longer than all', 's/^(thimble layer 0 2 ).*/\\14294967295/'],
    ['tells a layer of another vector', 's/^thimble layer 0 2 /thimble layer 1 2 /'],
    ['drops the ticks', '/^thimble ticks/d'],
    [
      'counts nothing',
      's/^(thimble ticks 0) .*/\\1 0/; s/^(thimble done 1 vectors) .*/\\1 0 ticks/',
    ],
  ])('%s gives no figure to bench', async (_, lie) => {
    const { code, out, err } = await lying(lie, ['bench']);
    expect([code, out, err]).toEqual([4, '', expect.stringContaining('error[output-incomplete]')]);
  });

  it.each<[string, string]>([
    ['drops all ticks', '/^thimble ticks/d'],
    ['drops the ticks of a vector', '/^thimble ticks 1 /d'],
    ['damages the ticks of a vector', 's/^(thimble ticks 1 )/\\1x/'],
    ['tells the ticks of one vector for another', 's/^thimble ticks 1 /thimble ticks 0 /'],
    ['tells other ticks', 's/^(thimble ticks 1 ).*/\\17/'],
    ['repeats ticks with others', 's/^(thimble ticks 1 )(.*)/&\\n\\13/'],
    ['tells another sum', 's/^(thimble done 2 vectors) .*/\\1 1 ticks/'],
  ])('%s gives no figure to the budget', async (_, lie) => {
    const { code, err } = await lying(lie, ['test', '--count', '2', '--update-budget']);
    expect([code, err]).toEqual([4, expect.stringContaining('error[output-incomplete]')]);
    expect(existsSync(path.join(cli.folder, 'thimble.budget.json'))).toBe(false);
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
