import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { thimble } from '../support/cli.ts';
import { codeOf } from '../support/failures.ts';
import { contents, outputFolders, withoutManifest, write } from '../support/output-folders.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';

let folder = '';
const root = outputFolders((given) => (folder = given));

describe('an output folder', () => {
  it('holds what the last run wrote, and nothing of the runs before', async () => {
    await write(folder, {
      'a.c': '1',
      'runtime/x.h': '1',
      'runtime/deep/y.h': '1',
      'report.json': '{}',
    });
    const inode = statSync(folder).ino;
    await write(folder, { 'a.c': '2', 'b.c': '2', 'report.json': '{}' });
    expect(withoutManifest(contents(folder))).toEqual({
      'a.c': '2',
      'b.c': '2',
      'report.json': '{}',
    });
    expect(readdirSync(folder).sort()).toEqual([
      '.thimble-manifest.json',
      'a.c',
      'b.c',
      'report.json',
    ]);
    expect(statSync(folder).ino).toBe(inode);
  });

  it('keeps files of other people, wherever they lie, whatever they are', async () => {
    await write(folder, { 'a.c': '1', 'runtime/x.h': '1' });
    mkdirSync(path.join(folder, '.git'));
    writeFileSync(path.join(folder, '.git/HEAD'), 'ref');
    writeFileSync(path.join(folder, 'app.c'), 'mine');
    writeFileSync(path.join(folder, 'runtime/own.h'), 'mine');
    symlinkSync('/nowhere', path.join(folder, 'link'));
    await write(folder, { 'b.c': '2' });
    expect(withoutManifest(contents(folder))).toEqual({
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
    expect(await codeOf(write(folder, { 'a.c': '1', 'report.json': '{"a":1}' }))).toBe(
      'output-exists',
    );
    expect(contents(folder)).toEqual(files);
    expect(readFileSync(path.join(root, 'victim'), 'utf8')).toBe('x');
  });

  it.each(['changed', 'a link', 'a folder', 'a pipe'])(
    'in which a file of ours has become %s is refused',
    async (what) => {
      await write(folder, { 'a.c': '1', 'b.c': '1' });
      const file = path.join(folder, 'a.c');
      rmSync(file);
      if (what === 'changed') writeFileSync(file, 'my work');
      if (what === 'a link') symlinkSync(path.join(folder, 'b.c'), file);
      if (what === 'a folder') mkdirSync(path.join(file, 'inside'), { recursive: true });
      if (what === 'a pipe') execFileSync('mkfifo', [file]);
      const before = contents(folder);
      expect(await codeOf(write(folder, { 'a.c': '2', 'b.c': '2' }))).toBe('output-exists');
      expect(await codeOf(write(folder, { 'b.c': '2' }))).toBe('output-exists');
      expect(contents(folder)).toEqual(before);
    },
  );

  it('does not write through a link that stands where a folder of ours was', async () => {
    await write(folder, { 'runtime/x.h': '1' });
    rmSync(path.join(folder, 'runtime'), { recursive: true });
    mkdirSync(path.join(root, 'elsewhere'), { recursive: true });
    symlinkSync(path.join(root, 'elsewhere'), path.join(folder, 'runtime'));
    expect(await codeOf(write(folder, { 'runtime/x.h': '2' }))).toBe('output-exists');
    expect(readdirSync(path.join(root, 'elsewhere'))).toEqual([]);
  });

  it('of an older version, without a manifest, is ours when every byte is', async () => {
    await write(folder, { 'a.c': '1', 'runtime/x.h': '1', 'report.json': '{}' });
    rmSync(path.join(folder, '.thimble-manifest.json'));
    await write(folder, { 'a.c': '1', 'runtime/x.h': '1', 'report.json': '{}' });
    expect(Object.keys(withoutManifest(contents(folder)))).toHaveLength(3);
  });

  it('is found behind links, of which none is replaced', async () => {
    mkdirSync(folder);
    for (const [link, to] of [
      ['near', folder],
      ['new', path.join(folder, 'new-folder')],
    ] as const) {
      const at = `${folder}-${link}`;
      symlinkSync(to, at);
      await write(at, { 'a.c': link });
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
      expect(await codeOf(write(to, { 'a.c': '1' }))).toMatch(/^(output-exists|unwritable-file)$/);
      expect(readFileSync(`${folder}-file`, 'utf8')).toBe('x');
    },
  );
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
