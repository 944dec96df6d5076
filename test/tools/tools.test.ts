import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { buildHost } from '../../src/build/host.ts';
import { emitFirmware, emitHostFirmware } from '../../src/codegen/firmware.ts';
import { host } from '../../src/emulate/host.ts';
import { qemu } from '../../src/emulate/qemu.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { HOST_TARGET, targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { start, thimble } from '../support/cli.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { FakeTools } from '../support/fake-tools.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';

let fakes = new FakeTools();
const saved = { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR };
beforeEach(() => {
  fakes = new FakeTools();
  Object.assign(process.env, fakes.env());
});
afterEach(() => {
  process.env.PATH = saved.PATH;
  if (saved.TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = saved.TMPDIR;
});

async function failureOf(outcome: Promise<unknown>): Promise<CompileError> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CompileError) return error;
  throw new Error(`no coded error: ${String(error)}`);
}

const board = loadBoard('mps2-an386');
const LIMITS = { timeoutMs: 3000 };

function forHost(limits: { timeoutMs: number; signal?: AbortSignal } = LIMITS) {
  const program = compileGraph(smallNetwork(), HOST_TARGET);
  const firmware = emitHostFirmware(program.library, firmwareOptions(program, undefined, 'none'));
  return buildHost(sourcesOf(program, firmware), limits);
}

function forBoard() {
  const program = compileGraph(smallNetwork(), targetOf(board));
  const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  return buildFirmware(board, sourcesOf(program, firmware), { timeoutMs: 60_000 });
}

describe('a compiler that', () => {
  it.each<[string, string, string, string]>([
    ['says nothing and fails', 'exit 1', 'tool-failed', 'tool-missing'],
    ['says nothing and does nothing', 'exit 0', 'tool-failed', 'tool-missing'],
    ['talks nonsense', 'echo hello; echo world >&2', 'tool-failed', 'tool-missing'],
    [
      'talks nonsense and fails',
      String.raw`printf '\377\000\033[1m%s' x; exit 77`,
      'tool-failed',
      'tool-missing',
    ],
    ['is killed', 'kill -9 $$', 'tool-failed', 'run-failed'],
    [
      'breaks',
      'echo "x.c:1:2: internal compiler error: Segmentation fault" >&2; exit 4',
      'tool-failed',
      'run-failed',
    ],
    [
      'is too old',
      'echo "gcc: error: unrecognized command line option \'-fx\'" >&2; exit 1',
      'tool-version',
      'tool-missing',
    ],
    [
      'has no headers',
      'echo "a.c:1:10: fatal error: string.h: No such file or directory" >&2; exit 1',
      'missing-tool',
      'tool-missing',
    ],
    [
      'finds no room',
      'echo "fatal error: error writing to /x.s: No space left on device" >&2; exit 1',
      'unwritable-file',
      'bad-input',
    ],
    ['hangs with its children', 'hang', 'tool-failed', 'run-failed'],
    ['ends, but its children do not', 'sleep 3600 & exit 1', 'tool-failed', 'tool-missing'],
    ['floods', 'yes; hang', 'tool-failed', 'run-failed'],
    ['floods its errors', 'yes "::error::x" >&2; hang', 'tool-failed', 'run-failed'],
  ])('%s', async (_, script, code, failure) => {
    fakes.put('gcc', script);
    const error = await failureOf(forHost());
    expect([error.diagnostics[0]!.code, error.failure]).toEqual([code, failure]);
    expect(error.message).not.toMatch(/^\s*::/m);
    expect(fakes.left()).toEqual([]);
  });

  it.each(['a folder', 'without interpreter', 'of another machine', 'not executable'])(
    'is %s is missing',
    async (what) => {
      process.env.PATH = fakes.folder;
      const file = path.join(fakes.folder, 'gcc');
      if (what === 'a folder') mkdirSync(file);
      if (what === 'without interpreter') fakes.put('gcc', '', '/nowhere/sh');
      if (what === 'of another machine')
        writeFileSync(file, Buffer.from('7f454c46ff', 'hex'), { mode: 0o755 });
      if (what === 'not executable') writeFileSync(file, '', { mode: 0o644 });
      expect((await failureOf(forHost())).failure).toBe('tool-missing');
    },
  );

  it('hangs ends at once when the command is stopped', async () => {
    fakes.put('gcc', 'hang');
    const abort = new AbortController();
    const building = forHost({ timeoutMs: 600_000, signal: abort.signal });
    await fakes.hanging();
    abort.abort(new Error('stopped'));
    await expect(building).rejects.toThrow('stopped');
    expect(fakes.left()).toEqual([]);
  });
});

describe('binutils that', () => {
  const real = (name: string) => `exec /usr/bin/arm-none-eabi-${name} "$@"`;
  it.each(['size', 'nm', 'objdump'])(
    'lack %s, or have one that does nothing, are told',
    async (missing) => {
      for (const name of ['gcc', 'size', 'nm', 'objdump'])
        if (name !== missing) fakes.put(`arm-none-eabi-${name}`, real(name));
      process.env.PATH = fakes.folder;
      expect(await failureOf(forBoard())).toMatchObject({
        failure: 'tool-missing',
        diagnostics: [{ code: 'missing-tool' }],
      });
      fakes.put(`arm-none-eabi-${missing}`, 'echo hello');
      expect(await failureOf(forBoard())).toMatchObject({
        failure: 'tool-missing',
        diagnostics: [{ code: 'tool-failed' }],
      });
      expect(fakes.left()).toEqual([]);
    },
  );
});

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

describe('the command', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-tools-'));
  writeFileSync(path.join(folder, 'small.thimble'), thimbleFile(smallNetwork()));
  const onHost = ['test', 'small.thimble', '--on', 'host', '--count', '1'];
  const onRenode = ['test', 'small.thimble', '-b', 'nrf52840-dk', '--on', 'renode', '--count', '1'];
  const onQemu = ['test', 'small.thimble', '-b', 'mps2-an386', '--on', 'qemu', '--count', '1'];

  it.each<[string, string, string[], NodeJS.Signals]>([
    ['a compiler', 'gcc', ['test', 'small.thimble', '--on', 'host'], 'SIGTERM'],
    [
      'the firmware’s compiler',
      'arm-none-eabi-gcc',
      ['build', 'small.thimble', '-b', 'mps2-an386', '-o', 'out'],
      'SIGINT',
    ],
    ['an emulator', 'qemu-system-arm', onQemu, 'SIGTERM'],
    ['a tool that doctor asks', 'qemu-system-arm', ['doctor'], 'SIGINT'],
  ])(
    'ends at the first signal while %s hangs: 130, and nothing is left',
    async (_, tool, args, signal) => {
      fakes.put('renode', 'echo 1.16.1');
      fakes.put(tool, 'hang');
      const child = start(folder, args, { env: fakes.env(saved.PATH) });
      await fakes.hanging();
      child.kill(signal);
      expect((await child).exitCode).toBe(130);
      expect(fakes.left()).toEqual([]);
    },
  );

  it('does not take the firmware of another model for its own', async () => {
    for (const banner of [
      'thimble 1 other in 192 out 4 crc 00000000',
      'thimble 1 small in 192 out 4 crc 00000000',
    ]) {
      fakes.put(
        'qemu-system-arm',
        `echo ${banner}; echo thimble out 0 0 00000000; echo thimble done 1 vectors 1 ticks; hang`,
      );
      const { code, err } = await thimble(folder, onQemu, fakes.env(saved.PATH));
      expect([code, err]).toEqual([4, expect.stringContaining('wrong-firmware')]);
      expect(fakes.left()).toEqual([]);
    }
  });

  it.each(['missing', 'a file', 'a,b', 'it\'s "so"', 'new\nline', 'blank  blank'])(
    'works in a TMPDIR that is %j, or says why not',
    async (name) => {
      const temporary = path.join(fakes.folder, name);
      if (name === 'a file') writeFileSync(temporary, '');
      else if (name !== 'missing') mkdirSync(temporary);
      const env = { ...fakes.env(saved.PATH), TMPDIR: temporary };
      const works = name !== 'missing' && name !== 'a file';
      fakes.put('renode', 'echo 1.16.1');
      for (const args of works ? [onQemu, onHost] : [onQemu, onHost, onRenode]) {
        const { code, err } = await thimble(folder, args, env);
        expect(code, err).toBe(works ? 0 : 2);
        if (!works) expect(err).toMatch(/unwritable-file[^]*TMPDIR/);
      }
    },
  );

  it('says that TMPDIR is full', async (context) => {
    const small = path.join(fakes.folder, 'small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'pipe' });
    } catch {
      context.skip('a small file system cannot be mounted here');
    }
    try {
      fakes.put('renode', 'echo 1.16.1');
      const env = { ...fakes.env(saved.PATH), TMPDIR: small };
      const build = ['build', 'small.thimble', '-b', 'mps2-an386', '-o', 'full'];
      for (const args of [onQemu, onHost, onRenode, build]) {
        const { code, err } = await thimble(folder, args, env);
        expect([code, err]).toEqual([2, expect.stringMatching(/unwritable-file[^]*TMPDIR/)]);
        expect(readdirSync(small)).toEqual([]);
      }
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
