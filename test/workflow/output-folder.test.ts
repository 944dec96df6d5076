import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CompileError } from '../../src/support/diagnostics.ts';
import { withLock } from '../../src/workflow/folder-lock.ts';
import { writeFolder } from '../../src/workflow/output-folder.ts';
import { thimble } from '../support/cli.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'thimble-out-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

// Renames that the operating system refuses, counted from the first of a run.
const failing = vi.hoisted(() => ({ from: Infinity, to: Infinity, seen: 0 }));
const full = () => Object.assign(new Error('injected'), { code: 'EIO' });
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>();
  const rename: typeof real.rename = (from, to) => {
    failing.seen++;
    const fails = failing.seen >= failing.from && failing.seen < failing.to;
    return fails ? Promise.reject(full()) : real.rename(from, to);
  };
  return { ...real, rename };
});

function failAt(first: number, count: number): void {
  Object.assign(failing, { from: first, to: first + count, seen: 0 });
}

let folder = '';
let next = 0;
beforeEach(() => (folder = path.join(root, String(next++))));

/** The contents of a folder by path; what is no regular file by its kind. */
function contents(of: string): Record<string, string> {
  const files = readdirSync(of, { recursive: true, withFileTypes: true }).filter(
    (e) => !e.isDirectory(),
  );
  return Object.fromEntries(
    files
      .map((e) => path.join(e.parentPath, e.name))
      .map((file) => [
        path.relative(of, file),
        lstatSync(file).isFile() ? readFileSync(file, 'utf8') : 'special',
      ]),
  );
}

const fill = (files: Record<string, string>) => async (stage: string) => {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(stage, file)), { recursive: true });
    await writeFile(path.join(stage, file), text);
  }
};
const write = (files: Record<string, string>, to = folder) => writeFolder(to, fill(files));
const without = (files: Record<string, string>) => {
  const { '.thimble-manifest.json': manifest, ...rest } = files;
  expect(manifest).toBeDefined();
  return rest;
};

async function codeOf(outcome: Promise<unknown>): Promise<string> {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CompileError)) throw new Error(`no coded error: ${String(error)}`);
  return error.diagnostics[0]!.code;
}

describe('an output folder', () => {
  it('holds what the last run wrote, and nothing of the runs before', async () => {
    await write({ 'a.c': '1', 'runtime/x.h': '1', 'runtime/deep/y.h': '1', 'report.json': '{}' });
    const inode = statSync(folder).ino;
    await write({ 'a.c': '2', 'b.c': '2', 'report.json': '{}' });
    expect(without(contents(folder))).toEqual({ 'a.c': '2', 'b.c': '2', 'report.json': '{}' });
    expect(readdirSync(folder).sort()).toEqual([
      '.thimble-manifest.json',
      'a.c',
      'b.c',
      'report.json',
    ]);
    expect(statSync(folder).ino).toBe(inode);
  });

  it('keeps files of other people, wherever they lie, whatever they are', async () => {
    await write({ 'a.c': '1', 'runtime/x.h': '1' });
    mkdirSync(path.join(folder, '.git'));
    writeFileSync(path.join(folder, '.git/HEAD'), 'ref');
    writeFileSync(path.join(folder, 'app.c'), 'mine');
    writeFileSync(path.join(folder, 'runtime/own.h'), 'mine');
    symlinkSync('/nowhere', path.join(folder, 'link'));
    await write({ 'b.c': '2' });
    expect(without(contents(folder))).toEqual({
      ...{ 'b.c': '2', 'app.c': 'mine', '.git/HEAD': 'ref', 'runtime/own.h': 'mine' },
      link: 'special',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['a report of somebody else’s', { 'report.json': '{}', 'thesis.txt': 'years' }],
    ['a report that looks like ours', { 'report.json': '{"schemaVersion":1}' }],
    ['files of names that we use', { 'a.c': 'mine' }],
    ['a hidden file', { '.env': 'secret' }],
    ['a manifest of nonsense', { '.thimble-manifest.json': '[]', 'a.c': 'mine' }],
    [
      'a manifest that claims files elsewhere',
      {
        '.thimble-manifest.json': JSON.stringify({
          schemaVersion: 1,
          files: { '../victim': ['0'.repeat(64)] },
        }),
      },
    ],
    [
      'a manifest that knows other contents',
      {
        'a.c': 'mine',
        '.thimble-manifest.json': JSON.stringify({
          schemaVersion: 1,
          files: { 'a.c': ['0'.repeat(64)] },
        }),
      },
    ],
    [
      'a manifest that knows nothing',
      { 'a.c': 'mine', '.thimble-manifest.json': '{"schemaVersion":1,"files":{}}' },
    ],
  ])('with %s is refused, and left as it was', async (_, files) => {
    writeFileSync(path.join(root, 'victim'), 'x');
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    expect(await codeOf(write({ 'a.c': '1', 'report.json': '{"a":1}' }))).toBe('output-exists');
    expect(contents(folder)).toEqual(files);
    expect(readFileSync(path.join(root, 'victim'), 'utf8')).toBe('x');
  });

  it.each(['changed', 'a link', 'a folder', 'a pipe'])(
    'in which a file of ours has become %s is refused',
    async (what) => {
      await write({ 'a.c': '1', 'b.c': '1' });
      const file = path.join(folder, 'a.c');
      rmSync(file);
      if (what === 'changed') writeFileSync(file, 'my work');
      if (what === 'a link') symlinkSync(path.join(folder, 'b.c'), file);
      if (what === 'a folder') mkdirSync(path.join(file, 'inside'), { recursive: true });
      if (what === 'a pipe') execFileSync('mkfifo', [file]);
      const before = contents(folder);
      expect(await codeOf(write({ 'a.c': '2', 'b.c': '2' }))).toBe('output-exists');
      expect(await codeOf(write({ 'b.c': '2' }))).toBe('output-exists');
      expect(contents(folder)).toEqual(before);
    },
  );

  it('does not write through a link that stands where a folder of ours was', async () => {
    await write({ 'runtime/x.h': '1' });
    rmSync(path.join(folder, 'runtime'), { recursive: true });
    mkdirSync(path.join(root, 'elsewhere'), { recursive: true });
    symlinkSync(path.join(root, 'elsewhere'), path.join(folder, 'runtime'));
    expect(await codeOf(write({ 'runtime/x.h': '2' }))).toBe('output-exists');
    expect(readdirSync(path.join(root, 'elsewhere'))).toEqual([]);
  });

  it('of an older version, without a manifest, is ours when every byte is', async () => {
    await write({ 'a.c': '1', 'runtime/x.h': '1', 'report.json': '{}' });
    rmSync(path.join(folder, '.thimble-manifest.json'));
    await write({ 'a.c': '1', 'runtime/x.h': '1', 'report.json': '{}' });
    expect(Object.keys(without(contents(folder)))).toHaveLength(3);
  });

  it('is found behind links, of which none is replaced', async () => {
    mkdirSync(folder);
    for (const [link, to] of [
      ['near', folder],
      ['new', path.join(folder, 'new-folder')],
    ] as const) {
      const at = path.join(root, `${link}-${next}`);
      symlinkSync(to, at);
      await write({ 'a.c': link }, at);
      expect(lstatSync(at).isSymbolicLink()).toBe(true);
      expect(readFileSync(path.join(to, 'a.c'), 'utf8')).toBe(link);
    }
  });

  it.each(['/dev/null', 'FILE', 'FILE/below', '/proc/nope/x', 'LOOP'])(
    '%s is none',
    async (where) => {
      writeFileSync(`${folder}-file`, 'x');
      symlinkSync(`${folder}-loop`, `${folder}-loop`);
      const to = where.replace('FILE', `${folder}-file`).replace('LOOP', `${folder}-loop`);
      expect(await codeOf(write({ 'a.c': '1' }, to))).toMatch(/^(output-exists|unwritable-file)$/);
      expect(readFileSync(`${folder}-file`, 'utf8')).toBe('x');
    },
  );

  it('is as it was when a run fails before its end, and new ones are gone', async () => {
    const failing = async (stage: string) => {
      await fill({ 'a.c': '2' })(stage);
      throw new CompileError({ code: 'no-kernel', message: 'later' });
    };
    expect(await codeOf(writeFolder(path.join(folder, 'x/y'), failing))).toBe('no-kernel');
    expect(existsSync(folder)).toBe(false);
    await write({ 'a.c': '1' });
    const before = contents(folder);
    expect(await codeOf(writeFolder(folder, failing))).toBe('no-kernel');
    expect(contents(folder)).toEqual(before);
  });

  it('survives a run that was killed in the middle', async () => {
    await write({ 'a.c': '1', 'b.c': '1' });
    const old = readFileSync(path.join(folder, '.thimble-manifest.json'), 'utf8');
    await write({ 'a.c': '2', 'b.c': '2' });
    // As between two renames: one file is new, one old; the manifest knows both; a stage and a lock are left.
    const hash = (text: string) => (JSON.parse(text) as { files: Record<string, string[]> }).files;
    const both = hash(readFileSync(path.join(folder, '.thimble-manifest.json'), 'utf8'));
    for (const [file, hashes] of Object.entries(hash(old))) both[file]!.push(...hashes);
    writeFileSync(path.join(folder, 'b.c'), '1');
    writeFileSync(
      path.join(folder, '.thimble-manifest.json'),
      JSON.stringify({ schemaVersion: 1, files: both }),
    );
    const dead = execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' });
    writeFileSync(path.join(folder, '.thimble-lock'), dead);
    mkdirSync(path.join(folder, '.thimble-stage-x'));
    await write({ 'a.c': '3' });
    expect(readdirSync(folder).sort()).toEqual(['.thimble-manifest.json', 'a.c']);
  });

  describe('of which a file cannot be replaced', () => {
    const [old, young] = [
      { 'a.c': '1', 'runtime/x.h': '1', 'gone/y.h': '1' },
      { 'a.c': '2', 'runtime/x.h': '2', 'runtime/new.h': '2', 'b/c.h': '2' },
    ];
    afterEach(() => (failing.from = Infinity));

    // Each rename of a run in its turn: the manifest, five files, the manifest again.
    it.each([1, 2, 3, 4, 5, 6])('is as it was at once (rename %i)', async (nth) => {
      for (const before of [old, {}]) {
        if (before === old) await write(old);
        const expected = before === old ? contents(folder) : {};
        failAt(nth, 1);
        expect(await codeOf(write(young))).toBe('unwritable-file');
        expect(existsSync(folder) ? contents(folder) : {}).toEqual(expected);
        expect(existsSync(path.join(folder, 'b'))).toBe(false);
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it.each([2, 3, 4, 5, 6])('is as it was before the next run (rename %i)', async (nth) => {
      await write(old);
      const before = contents(folder);
      // Putting the files back fails, too: at once, then later and later.
      for (let fails = Infinity, from = nth; from <= 6; fails = 1, from++) {
        failAt(from, fails);
        const error: unknown = await write(young).catch((reason: unknown) => reason);
        expect(String(error)).toMatch(/unwritable-file/);
      }
      failing.from = Infinity;
      const failed = () => Promise.reject(full());
      expect(await codeOf(writeFolder(folder, failed))).toBe('unwritable-file');
      expect(contents(folder)).toEqual(before);
      await write(young);
      expect(without(contents(folder))).toEqual(young);
    });
  });

  it('that two runs write at once holds all of one', async () => {
    const files = (run: string) =>
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i % 7}/f${i}`, run]));
    await Promise.all(['1', '2', '3', '4'].map((run) => write(files(run))));
    expect(new Set(Object.values(without(contents(folder)))).size).toBe(1);
  });

  it('that another process holds is told to be busy', async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, '.thimble-lock'), `${process.pid}\n`);
    expect(await codeOf(withLock(folder, () => Promise.resolve(), 100))).toBe('output-busy');
    expect(readdirSync(folder)).toEqual(['.thimble-lock']);
  });

  it('on a full disk keeps its old contents, and the error has a code', async (context) => {
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder], { stdio: 'pipe' });
    } catch {
      context.skip('a small file system cannot be mounted here');
    }
    try {
      const out = path.join(folder, 'out');
      await write({ 'a.c': '1', 'report.json': '{}' }, out);
      const before = contents(folder);
      for (const size of [20_000, 100_000, 127_000, 1_000_000]) {
        const big = { 'a.c': 'x'.repeat(size), 'b.c': 'x'.repeat(size) };
        if (size > 20_000) expect(await codeOf(write(big, out))).toBe('unwritable-file');
        else
          await write({ ...big, 'b.c': '' }, out).then(() =>
            write({ 'a.c': '1', 'report.json': '{}' }, out),
          );
        expect(contents(folder)).toEqual(before);
      }
      // Full to the last byte: not even the lock.
      expect(() => writeFileSync(path.join(folder, 'rest'), 'x'.repeat(1_000_000))).toThrow(
        /ENOSPC/,
      );
      expect(await codeOf(write({ 'a.c': '2' }, out))).toBe('unwritable-file');
      expect(contents(out)).toEqual(
        Object.fromEntries(Object.entries(before).map(([k, v]) => [k.slice(4), v])),
      );
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      expect(await codeOf(write({ 'a.c': '2' }, out))).toBe('unwritable-file');
      expect(await codeOf(write({ 'a.c': '2' }, path.join(folder, 'new')))).toBe('unwritable-file');
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});

describe('thimble compile -o', () => {
  it('. in an empty folder fills that folder, twice; beside other files it is refused', async () => {
    mkdirSync(folder);
    writeFileSync(`${folder}.thimble`, thimbleFile(smallNetwork()));
    const args = ['compile', `${folder}.thimble`, '--name', 'small', '-b', 'mps2-an386', '-o', '.'];
    for (let i = 0; i < 2; i++) {
      const ran = await thimble(folder, args);
      expect(ran.code, ran.err).toBe(0);
      expect(existsSync(path.join(folder, 'small.c'))).toBe(true);
    }
    mkdirSync(`${folder}-foreign`);
    writeFileSync(`${folder}-foreign/report.json`, '{}');
    const { code, err } = await thimble(`${folder}-foreign`, args);
    expect([code, err]).toEqual([2, expect.stringContaining('output-exists')]);
    expect(contents(`${folder}-foreign`)).toEqual({ 'report.json': '{}' });
  });
});
