import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CompileError } from '../../src/support/diagnostics.ts';
import { withLock } from '../../src/workflow/folder-lock.ts';
import { writeFolder } from '../../src/workflow/output-folder.ts';
import { failRenames, refused, restoreRenames } from '../support/failing-renames.ts';
import { codeOf } from '../support/failures.ts';
import {
  contents,
  fill,
  outputFolders,
  withoutManifest,
  write,
} from '../support/output-folders.ts';

let folder = '';
outputFolders((given) => (folder = given));

describe('an output folder', () => {
  it('is as it was when a run fails before its end, and new ones are gone', async () => {
    const failing = async (stage: string) => {
      await fill({ 'a.c': '2' })(stage);
      throw new CompileError({ code: 'no-kernel', message: 'later' });
    };
    expect(await codeOf(writeFolder(path.join(folder, 'x/y'), failing))).toBe('no-kernel');
    expect(existsSync(folder)).toBe(false);
    await write(folder, { 'a.c': '1' });
    const before = contents(folder);
    expect(await codeOf(writeFolder(folder, failing))).toBe('no-kernel');
    expect(contents(folder)).toEqual(before);
  });

  it('survives a run that was killed in the middle', async () => {
    await write(folder, { 'a.c': '1', 'b.c': '1' });
    const old = readFileSync(path.join(folder, '.thimble-manifest.json'), 'utf8');
    await write(folder, { 'a.c': '2', 'b.c': '2' });
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
    await write(folder, { 'a.c': '3' });
    expect(readdirSync(folder).sort()).toEqual(['.thimble-manifest.json', 'a.c']);
  });

  describe('of which a file cannot be replaced', () => {
    const [old, young] = [
      { 'a.c': '1', 'runtime/x.h': '1', 'gone/y.h': '1' },
      { 'a.c': '2', 'runtime/x.h': '2', 'runtime/new.h': '2', 'b/c.h': '2' },
    ];
    afterEach(restoreRenames);

    // Each rename of a run in its turn: the manifest, five files, the manifest again.
    it.each([1, 2, 3, 4, 5, 6])('is as it was at once (rename %i)', async (nth) => {
      for (const before of [old, {}]) {
        if (before === old) await write(folder, old);
        const expected = before === old ? contents(folder) : {};
        failRenames(nth, 1);
        expect(await codeOf(write(folder, young))).toBe('unwritable-file');
        expect(existsSync(folder) ? contents(folder) : {}).toEqual(expected);
        expect(existsSync(path.join(folder, 'b'))).toBe(false);
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it.each([2, 3, 4, 5, 6])('is as it was before the next run (rename %i)', async (nth) => {
      await write(folder, old);
      const before = contents(folder);
      // Putting the files back fails, too: at once, then later and later.
      for (let fails = Infinity, from = nth; from <= 6; fails = 1, from++) {
        failRenames(from, fails);
        const error: unknown = await write(folder, young).catch((reason: unknown) => reason);
        expect(String(error)).toMatch(/unwritable-file/);
      }
      restoreRenames();
      const failed = () => Promise.reject(refused());
      expect(await codeOf(writeFolder(folder, failed))).toBe('unwritable-file');
      expect(contents(folder)).toEqual(before);
      await write(folder, young);
      expect(withoutManifest(contents(folder))).toEqual(young);
    });
  });

  it('that two runs write at once holds all of one', async () => {
    const files = (run: string) =>
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i % 7}/f${i}`, run]));
    await Promise.all(['1', '2', '3', '4'].map((run) => write(folder, files(run))));
    expect(new Set(Object.values(withoutManifest(contents(folder)))).size).toBe(1);
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
      await write(out, { 'a.c': '1', 'report.json': '{}' });
      const before = contents(folder);
      for (const size of [20_000, 100_000, 127_000, 1_000_000]) {
        const big = { 'a.c': 'x'.repeat(size), 'b.c': 'x'.repeat(size) };
        if (size > 20_000) expect(await codeOf(write(out, big))).toBe('unwritable-file');
        else
          await write(out, { ...big, 'b.c': '' }).then(() =>
            write(out, { 'a.c': '1', 'report.json': '{}' }),
          );
        expect(contents(folder)).toEqual(before);
      }
      // Full to the last byte: not even the lock.
      expect(() => writeFileSync(path.join(folder, 'rest'), 'x'.repeat(1_000_000))).toThrow(
        /ENOSPC/,
      );
      expect(await codeOf(write(out, { 'a.c': '2' }))).toBe('unwritable-file');
      expect(contents(out)).toEqual(
        Object.fromEntries(Object.entries(before).map(([k, v]) => [k.slice(4), v])),
      );
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      expect(await codeOf(write(out, { 'a.c': '2' }))).toBe('unwritable-file');
      expect(await codeOf(write(path.join(folder, 'new'), { 'a.c': '2' }))).toBe('unwritable-file');
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
