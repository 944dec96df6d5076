import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { harmless, markdownBlock, markdownCell, printable } from '../../src/support/printable.ts';
import { CLI, start, thimble } from '../support/cli.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'thimble-answers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const HOSTILE = 'in\n::error::x##[y]|a`b\u001b[31m.bin';
/** A line that a name began, a runner's command, or an escape of a terminal. */
const LINES_OF_OTHERS = '(?:^|\\n)\\s*(?:\\| )?::|##\\[|\\u001b';
mkdirSync(path.join(folder, 'wrong'));
writeFileSync(path.join(folder, 'zeros'), new Uint8Array(192));
for (const name of ['small', HOSTILE])
  writeFileSync(path.join(folder, `${name}.thimble`), thimbleFile(smallNetwork()));
writeFileSync(path.join(folder, 'wrong', HOSTILE), new Uint8Array(192));
writeFileSync(
  path.join(folder, 'wrong', HOSTILE.replace(/^in/, 'out')),
  new Uint8Array([1, 2, 3, 4]),
);

const wrong = ['test', 'small.thimble', '--on', 'reference', '--inputs', 'wrong'];
const answers: [string, string[], number][] = [
  ['yes', ['boards'], 0],
  ['no', wrong, 1],
  ['an error', ['inspect', 'missing.tflite'], 2],
];

describe.each(answers)('when the answer is %s, the exit code is that', (_, args, expected) => {
  it.each(['stdout', 'stderr'] as const)('whoever closes %s', async (stream) => {
    const child = start(folder, args);
    child[stream].destroy();
    expect((await child).exitCode).toBe(expected);
  });

  it.each(['/proc/none/x', '.', '/dev/full'])(
    'whether or not --junit %s can be written',
    async (file) => {
      const { code, err } = await thimble(folder, ['--junit', file, ...args]);
      // Commands that make no report do not miss it.
      expect(code, err).toBe(expected);
      expect(err).not.toMatch(/^\s+at /m);
    },
  );

  it('though nothing could be printed, unless that was all', () => {
    const code = execFileSync(
      'sh',
      ['-c', '"$0" "$@" > /dev/full 2> /dev/null; echo $?', process.execPath, CLI, ...args],
      { cwd: folder, encoding: 'utf8' },
    );
    // Errors are told on stderr.
    expect(Number(code)).toBe(expected === 0 ? 2 : expected);
  });
});

describe('a failure is one everywhere', () => {
  it.each<[string, string[], number, string]>([
    ['outputs that differ', wrong, 1, 'output-differs'],
    ['nothing compared', ['test', 'small.thimble', '--on', 'reference'], 2, 'nothing-compared'],
    [
      'RAM that lacks, on the reference',
      [...wrong, '-b', 'mps2-an386', '--ram', '1K'],
      1,
      'does-not-fit-ram',
    ],
    [
      'RAM that lacks, on the host',
      ['test', 'small.thimble', '--on', 'host', '-b', 'mps2-an386', '--ram', '1K'],
      1,
      'does-not-fit-ram',
    ],
    [
      'flash that lacks, in a run',
      [
        'run',
        'small.thimble',
        '--on',
        'reference',
        '-b',
        'mps2-an386',
        '--flash',
        '1K',
        '--input',
        path.join('wrong', HOSTILE),
        '--output',
        'out',
      ],
      1,
      'does-not-fit-flash',
    ],
  ])('%s', async (_, args, expected, code) => {
    rmSync(path.join(folder, 'page.md'), { force: true });
    const {
      code: exit,
      out,
      err,
    } = await thimble(folder, ['--json', '--junit', 'j.xml', ...args], {
      GITHUB_STEP_SUMMARY: path.join(folder, 'page.md'),
      GITHUB_ACTIONS: 'true',
    });
    expect([exit, err]).toEqual([expected, expect.stringContaining(`error[${code}]`)]);
    const json = JSON.parse(out) as { passed?: boolean; fits?: boolean; errors?: unknown[] };
    expect(json.passed === false || json.fits === false || (json.errors?.length ?? 0) > 0).toBe(
      true,
    );
    expect(readFileSync(path.join(folder, 'j.xml'), 'utf8')).toMatch(/failures="[1-9]/);
    const page = readFileSync(path.join(folder, 'page.md'), 'utf8');
    expect(page).toMatch(/^### failed/);
    expect(
      page
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .every((line) => line.replace(/\\./g, '').split('|').length === 7),
    ).toBe(true);
    // The annotation is thimble's own; nothing else is a command.
    expect(
      err
        .split('\n')
        .filter((line) => /^\s*::/.test(line))
        .every((line) => line.startsWith(`::error title=${code}::`)),
    ).toBe(true);
    expect(err).not.toMatch(/##\[|\u001b/);
  });
});

it('names of files write no lines, commands or escapes', async () => {
  for (const args of [
    ['inspect', HOSTILE],
    ['test', 'small.thimble', '--on', 'host', '--inputs', HOSTILE],
    ['--reporter', HOSTILE],
    ['boards', HOSTILE],
    ['explain', HOSTILE],
    [HOSTILE],
    [`--${HOSTILE}`],
    ['inspect', `-${HOSTILE}`],
    ['inspect', 'small.thimble', HOSTILE],
  ]) {
    const { code, out, err } = await thimble(folder, args);
    expect([code, out + err]).toEqual([2, expect.not.stringMatching(LINES_OF_OTHERS)]);
  }
  for (const args of [
    [...wrong, '--reporter', 'vectors'],
    ['compile', 'small.thimble', '-b', 'mps2-an386', '-o', HOSTILE],
    ['run', 'small.thimble', '--on', 'reference', '--input', 'zeros', '--output', `${HOSTILE}.out`],
    ['inspect', `${HOSTILE}.thimble`],
  ])
    expect((await thimble(folder, args)).out).toMatch(
      new RegExp(`^(?![^]*${LINES_OF_OTHERS})[^]+`),
    );
});

it('a usage error is one everywhere, too', async () => {
  writeFileSync(path.join(folder, 'page.md'), '');
  const env = { GITHUB_STEP_SUMMARY: path.join(folder, 'page.md'), GITHUB_ACTIONS: 'true' };
  const { code, out, err } = await thimble(
    folder,
    ['--json', '--junit', 'usage.xml', 'inspect', 'small.thimble', '--shap', 'x'],
    env,
  );
  expect([code, JSON.parse(out)]).toMatchObject([2, { errors: [{ code: 'bad-option' }] }]);
  expect(err).toMatch(/^error\[bad-option\].*Did you mean --shape\?/);
  expect(err).toMatch(/^::error title=bad-option::/m);
  expect(readFileSync(path.join(folder, 'usage.xml'), 'utf8')).toContain('failures="1"');
  expect(readFileSync(path.join(folder, 'page.md'), 'utf8')).toMatch(/^### failed/);
});

it('a success is told in the file of --junit, too: none of an earlier run stays', async () => {
  for (const args of [
    ['boards'],
    ['inspect', 'small.thimble'],
    ['compile', 'small.thimble', '-b', 'mps2-an386', '-o', 'fits'],
  ]) {
    writeFileSync(path.join(folder, 'j.xml'), '<testsuites failures="1"/>');
    expect((await thimble(folder, ['--junit', 'j.xml', ...args])).code).toBe(0);
    expect(readFileSync(path.join(folder, 'j.xml'), 'utf8')).toMatch(
      new RegExp(`tests="1" failures="0".*\\n[^]*name="${args[0]}"`),
    );
  }
});

it('a page of a GitHub job that is a pipe which nobody reads holds up nothing', async () => {
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  const env = { GITHUB_STEP_SUMMARY: path.join(folder, 'pipe') };
  const { code, err } = await thimble(folder, wrong, env);
  expect([code, err]).toEqual([1, expect.stringContaining('nobody reads from it (ENXIO)')]);
});

it.each(['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'])(
  'explain %s knows no such code',
  async (word) => {
    const { code, err } = await thimble(folder, ['explain', word]);
    expect([code, err]).toEqual([2, expect.stringContaining('unknown-code')]);
  },
);

it('foreign text is defused for lines, tables and blocks', () => {
  expect(printable('a\nb\u2028c\u202ed')).toBe('a\ufffdb\ufffdc\ufffdd');
  expect(harmless(['  ::error::x', 'ok\n::x ##[z]'])).toBe('  | ::error::x\nok\ufffd::x # #[z]');
  expect(markdownCell('a|b`c<d')).toBe('a\\|b\\`c\\<d');
  expect(markdownBlock('```` x')).toMatch(/^`````\n/);
});
