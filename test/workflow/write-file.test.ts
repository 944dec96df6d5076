import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { rememberRead } from '../../src/support/files-read.ts';
import { writeFolder } from '../../src/workflow/output-folder.ts';
import { writeWhole } from '../../src/workflow/write-file.ts';
import { CLI, thimble } from '../support/cli.ts';
import { smallFloatNetwork, smallNetwork, thimbleFile } from '../support/small-model.ts';

const root = mkdtempSync(path.join(tmpdir(), 'thimble-write-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = '';
let next = 0;
beforeEach(() => mkdirSync((folder = path.join(root, String(next++)))));
const at = (name: string) => path.join(folder, name);

describe('a file is written', () => {
  it('whole, with the mode that it had, and leaves nothing beside it', async () => {
    await writeWhole(at('x'), 'one');
    chmodSync(at('x'), 0o640);
    await writeWhole(at('x'), 'two');
    expect([readFileSync(at('x'), 'utf8'), statSync(at('x')).mode & 0o777]).toEqual(['two', 0o640]);
    expect(readdirSync(folder)).toEqual(['x']);
  });

  // Some file systems do not tell when a file was made.
  const tellsBirth = statSync(root).birthtimeMs > 0;
  it.skipIf(!tellsBirth)(
    'where an input was that is gone: its inode is often the next one’s',
    async () => {
      for (let i = 0; i < 8; i++) {
        writeFileSync(at('input'), 'a');
        rememberRead(at('input'));
        rmSync(at('input'));
        writeFileSync(at('output'), 'b');
        await writeWhole(at('output'), 'c');
        rmSync(at('output'));
      }
    },
  );

  it('through links, also to files that are not there yet', async () => {
    mkdirSync(at('sub'));
    symlinkSync('sub/real', at('link'));
    symlinkSync('link', at('chain'));
    for (const contents of ['one', 'two']) {
      await writeWhole(at('chain'), contents);
      expect(readFileSync(at('sub/real'), 'utf8')).toBe(contents);
    }
    expect(lstatSync(at('link')).isSymbolicLink() && lstatSync(at('chain')).isSymbolicLink()).toBe(
      true,
    );
  });

  it('into a pipe, however late its reader comes, however much it is', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const contents = 'x'.repeat(300_000);
    const writing = writeWhole(at('pipe'), contents);
    const reader = spawn('cat', [at('pipe')], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await text(reader.stdout)).toBe(contents);
    await writing;
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  });

  it('into no pipe that nobody reads, once the command is stopped', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const abort = new AbortController();
    const writing = writeWhole(at('pipe'), 'x', { signal: abort.signal });
    abort.abort(new Error('stopped'));
    await expect(writing).rejects.toThrow();
  });

  it('into a device, which stays one', async () => {
    await writeWhole('/dev/null', 'x');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    await expect(writeWhole('/dev/full', 'x')).rejects.toThrow(/unwritable-file.*disk is full/);
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it('over no file of an output folder', async () => {
    await writeFolder(at('out'), async (stage) => {
      await mkdir(path.join(stage, 'sub'));
      await writeFile(path.join(stage, 'sub/x.h'), 'ours');
    });
    symlinkSync('out/sub/x.h', at('link'));
    for (const name of ['out/sub/x.h', 'link', 'out/.thimble-manifest.json'])
      await expect(writeWhole(at(name), 'x')).rejects.toThrow(/output-exists.*output folder/);
    await writeWhole(at('out/sub/y.h'), 'beside');
    expect(readFileSync(at('out/sub/x.h'), 'utf8')).toBe('ours');
  });

  it.each(['new/', 'new/.', 'new/..', 'new//', '.', '..', './'])(
    'not by a name that only a folder can have: %s',
    async (name) => {
      await expect(writeWhole(`${folder}/${name}`, 'x')).rejects.toThrow(/unwritable.*is a folder/);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.each(['.thimble-lock', '.thimble-lock-x', '.thimble-stage-y', '.thimble-stage-x/y'])(
    'nor by %s, which a later run would take for its own and remove',
    async (name) => {
      mkdirSync(at('.thimble-stage-x'));
      symlinkSync(name, at('link'));
      const fill = (stage: string) => writeFile(path.join(stage, 'a.c'), 'a');
      for (const way of [name, 'link']) {
        await expect(writeWhole(at(way), 'x')).rejects.toThrow(/output-exists.*removes again/);
        await expect(writeFolder(at(way), fill)).rejects.toThrow(/output-exists.*removes again/);
      }
      expect(readdirSync(folder).sort()).toEqual(['.thimble-stage-x', 'link']);
      expect(readdirSync(at('.thimble-stage-x'))).toEqual([]);
    },
  );

  it.each(['nowhere/x', '.', 'file/x', 'loop', 'x'.repeat(300)])(
    'or the reason is told: %s',
    async (name) => {
      writeFileSync(at('file'), '');
      symlinkSync('loop', at('loop'));
      await expect(writeWhole(at(name), 'x')).rejects.toThrow(/error\[unwritable-file\]/);
      expect(readdirSync(folder).sort()).toEqual(['file', 'loop']);
    },
  );
});

describe('no output of the command', () => {
  const run = ['run', 'small.thimble', '--on', 'reference', '--input', 'in.bin'];
  const test = ['test', 'small.thimble', '--on', 'reference', '--inputs', 'vectors'];
  const quantize = ['quantize', 'float.thimble', '--calibrate', 'calibration'];
  beforeEach(() => {
    for (const sub of ['vectors', 'calibration', 'board']) mkdirSync(at(sub));
    writeFileSync(at('small.thimble'), thimbleFile(smallNetwork()));
    writeFileSync(at('float.thimble'), thimbleFile(smallFloatNetwork()));
    writeFileSync(at('in.bin'), new Uint8Array(192));
    writeFileSync(at('vectors/in.bin'), new Uint8Array(192));
    writeFileSync(at('vectors/out.bin'), new Uint8Array([1, 2, 3, 4]));
    writeFileSync(at('calibration/in.bin'), new Uint8Array(6 * 6 * 2 * 4));
    writeFileSync(at('thimble.config.json'), '{}');
    writeFileSync(
      at('board/board.json'),
      readFileSync(new URL('../../boards/mps2-an386/board.json', import.meta.url)),
    );
    symlinkSync('small.thimble', at('link'));
    linkSync(at('in.bin'), at('hard-link'));
  });

  it.each([
    [[...run, '--output', 'small.thimble']],
    [[...run, '--output', './link']],
    [[...run, '--output', 'in.bin']],
    [[...run, '--output', 'hard-link']],
    [[...run, '--output', 'thimble.config.json']],
    [[...run, '--output', 'board/board.json', '-b', 'board/board.json']],
    [['--junit', 'small.thimble', ...test]],
    [['--junit', 'vectors/in.bin', ...test]],
    [['--junit', 'vectors/out.bin', ...test]],
    [[...quantize, '-o', 'float.thimble']],
    [[...quantize, '-o', 'calibration/in.bin']],
  ])('replaces an input: %j', async (args) => {
    const before = execFileSync('sh', ['-c', 'find . -type f | sort | xargs cksum'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const { code, err } = await thimble(folder, args);
    // Told before anything is computed.
    expect([code, err]).toEqual([2, expect.stringContaining('the output is one of the inputs')]);
    expect(
      execFileSync('sh', ['-c', 'find . -type f | sort | xargs cksum'], {
        cwd: folder,
        encoding: 'utf8',
      }),
    ).toBe(before);
  });

  it('is kept from stdout, whatever stdout is', () => {
    for (const to of ['> out.txt', '| cat > out.txt', '>> out.txt']) {
      execFileSync(
        'sh',
        [
          '-c',
          `: > out.txt; exec "$0" "$@" ${to}`,
          process.execPath,
          CLI,
          ...run,
          '--output',
          '/dev/stdout',
        ],
        { cwd: folder },
      );
      const out = readFileSync(at('out.txt'));
      expect([out.length > 4, out.toString('latin1').slice(4)], to).toEqual([
        true,
        expect.stringMatching(/^4 bytes from reference/),
      ]);
    }
  });
});
