import { tmpdir } from 'node:os';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildFirmware, convertImages } from '../../src/build/firmware.ts';
import { buildHost } from '../../src/build/host.ts';
import { runTool } from '../../src/build/run-tool.ts';
import { emitFirmware, emitHostFirmware } from '../../src/codegen/firmware.ts';
import { removeFolder } from '../../src/system/temporary-folder.ts';
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
      'is killed in a part of it',
      'echo "gcc: fatal error: Killed signal terminated program cc1" >&2; exit 1',
      'tool-failed',
      'run-failed',
    ],
    [
      'loses its linker',
      'echo "collect2: fatal error: ld terminated with signal 9 [Killed]" >&2; exit 1',
      'tool-failed',
      'run-failed',
    ],
    [
      'breaks',
      'echo "x.c:1:2: internal compiler error: Segmentation fault" >&2; exit 4',
      'tool-failed',
      'run-failed',
    ],
    [
      'finds errors in anything',
      'echo "small.c:3:1: error: expected ::error::" >&2; exit 1',
      'tool-failed',
      'tool-missing',
    ],
    [
      'warns of anything',
      'echo "thimble.h:3:1: warning: x [-Werror=x]" >&2; exit 1',
      'tool-failed',
      'tool-missing',
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

describe('what a tool of the firmware made', () => {
  const real = (name: string) => `/usr/bin/arm-none-eabi-${name} "$@"`;
  const FILES = { object: 'main.o', graph: 'main.ci', image: 'firmware.elf', map: 'firmware.map' };
  const ways = ['is not there', 'is empty', 'is a folder', 'is a pipe', 'is a link'] as const;
  const spoil: Readonly<Record<(typeof ways)[number], string>> = {
    'is not there': 'true',
    'is empty': ': > "$f"',
    'is a folder': 'mkdir "$f"',
    'is a pipe': 'mkfifo "$f"',
    'is a link': 'ln -s /etc/passwd "$f"',
  };
  beforeEach(() => {
    for (const name of ['gcc', 'size', 'nm', 'objdump', 'objcopy'])
      fakes.put(`arm-none-eabi-${name}`, `exec ${real(name)}`);
  });

  it.each(Object.values(FILES).flatMap((file) => ways.map((way) => [file, way] as const)))(
    '%s %s',
    async (file, way) => {
      // Only the run that made it spoils it: others go on beside it.
      const made = /^main/.test(file) ? 'main.o' : 'firmware.elf';
      const broken = `f=${file}; case "$*" in *"-o ${made}"*) rm -r "$f"; ${spoil[way]};; esac`;
      fakes.put('arm-none-eabi-gcc', `${real('gcc')} || exit; ${broken}`);
      const error = await failureOf(forBoard());
      expect([error.failure, error.diagnostics]).toMatchObject([
        'tool-missing',
        [{ code: 'tool-failed', message: expect.stringContaining(`made no ${file}`) as string }],
      ]);
      expect(fakes.left()).toEqual([]);
    },
  );

  it.each(ways)('firmware.bin %s', async (way) => {
    const { folder } = await forBoard();
    fakes.put('arm-none-eabi-objcopy', `for f; do :; done; ${spoil[way]}`);
    const error = await failureOf(convertImages(folder, LIMITS));
    await removeFolder(folder);
    expect(error.message).toMatch(/tool-failed.*made no firmware\.bin/);
  });

  it.each([
    ['size', "echo '.text 5 0'", 'without main'],
    ['nm', "echo '00000000 T main'", 'without main'],
    ['objdump', "echo '  0: b 0'", 'listed no main'],
    ['gcc', `${real('gcc')}; for f in *.ci; do [ ! -e "$f" ] || echo x > "$f"; done`, 'no stack'],
  ])('is told by %s as it is not', async (name, script, what) => {
    fakes.put(`arm-none-eabi-${name}`, script);
    expect(await failureOf(forBoard())).toMatchObject({
      failure: 'tool-missing',
      diagnostics: [{ code: 'tool-failed', message: expect.stringContaining(what) as string }],
    });
  });
});

it('a ccache in the compiler’s place stands aside: it would lose call graphs', async () => {
  expect(await runTool('env', [], tmpdir())).toContain('CCACHE_DISABLE=1\n');
});
