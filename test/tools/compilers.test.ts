import { tmpdir } from 'node:os';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { buildHost } from '../../src/build/host.ts';
import { runTool } from '../../src/build/run-tool.ts';
import { emitFirmware, emitHostFirmware } from '../../src/codegen/firmware.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { HOST_TARGET, targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { failureOf } from '../support/failures.ts';
import { fakeTools } from '../support/fake-tools.ts';
import type { FakeTools } from '../support/fake-tools.ts';
import { smallNetwork } from '../support/small-model.ts';

let fakes: FakeTools;
fakeTools((given) => (fakes = given));

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

it('a ccache in the compiler’s place stands aside: it would lose call graphs', async () => {
  expect(await runTool('env', [], tmpdir())).toContain('CCACHE_DISABLE=1\n');
});
