import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/cli/codes.ts';
import { ROOT, start } from '../support/cli.ts';
import { cliFolder, json } from '../support/cli-folder.ts';
import { constant, int8, operator } from '../support/file-models.ts';
import { writeTflite } from '../support/tflite-writer.ts';

const { folder, thimble } = cliFolder();

describe('exit codes', () => {
  it.each([
    ['success', ['boards'], 0],
    [
      'the model does not fit',
      ['compile', 'small.thimble', '-b', 'stm32f103-bluepill', '--ram', '1K', '-o', 'x'],
      1,
    ],
    [
      'the model does not fit the emulated board',
      ['test', 'small.thimble', '-b', 'stm32f103-bluepill', '--ram', '1K'],
      1,
    ],
    ['a model that cannot be read', ['inspect', 'missing.tflite'], 2],
    ['a model that is none', ['inspect', 'broken.tflite'], 2],
    ['an unknown board', ['compile', 'small.thimble', '-b', 'nucleo', '-o', 'x'], 2],
    ['no board', ['compile', 'small.thimble', '-o', 'x'], 2],
    ['an unknown command', ['complie'], 2],
    ['a missing option', ['compile', 'small.thimble'], 2],
    ['a bad option', ['test', 'small.thimble', '--on', 'moon'], 2],
    ['an unknown code', ['explain', 'nothing'], 2],
    ['help', ['--help'], 0],
  ])('%s: %j gives %i', async (_, args, expected) => {
    const { code, err } = await thimble(args);
    expect(code, err).toBe(expected);
    if (expected === 2) expect(err).toMatch(/error/);
    expect(existsSync(path.join(folder, 'x'))).toBe(false);
  });

  it('a missing tool: 3, with the way to install it', async () => {
    const { code, err } = await thimble(
      ['test', 'small.thimble', '--on', 'qemu', '-b', 'mps2-an386'],
      { PATH: '/nowhere' },
    );
    expect([code, err]).toEqual([3, expect.stringContaining('apt-get install')]);
  });
});

describe('errors', () => {
  it('are one JSON document with --json, and a failed case with --junit', async () => {
    const { code, out } = await thimble(
      ['--json', '--junit', 'failed.xml', 'inspect', 'broken.tflite'],
      {},
    );
    expect(code).toBe(2);
    expect(json(out)).toMatchObject({ schemaVersion: 1, errors: [{ code: 'unknown-format' }] });
    expect(readFileSync(path.join(folder, 'failed.xml'), 'utf8')).toMatch(/failures="1"/);
    const usage = await thimble(['--json', 'test', 'small.thimble', '--nonsense']);
    expect(usage.code).toBe(2);
    expect(json(usage.out)).toMatchObject({ errors: [{ code: 'bad-option' }] });
  });

  it('end in where more is told, and in what may have been meant', async () => {
    const value = await thimble(['test', 'small.thimble', '--on', 'qmeu', '--coun', '3']);
    expect(value.err).toMatch(/--coun'? .*Did you mean --count\?/);
    const { err } = await thimble(['test', 'small.thimble', '--on', 'qmeu', '--count', '0']);
    expect(err).toMatch(/hint: did you mean --on qemu\?/);
    expect(err.split('\n').filter((line) => line.startsWith('more:'))).toEqual([
      'more: thimble explain bad-option',
    ]);
    const quiet = await thimble(['--quiet', 'inspect', 'broken.tflite']);
    expect(quiet.err).toMatch(/unknown-format/);
    expect(quiet.err).not.toMatch(/more:/);
  });

  it('go to the page of a GitHub job, and a page that cannot be written is no failure', async () => {
    const page = path.join(folder, 'errors.md');
    const tooSmall = ['compile', 'small.thimble', '-b', 'mps2-an386', '--ram', '1K', '-o', 'x'];
    expect((await thimble(tooSmall, { GITHUB_STEP_SUMMARY: page })).code).toBe(1);
    expect(readFileSync(page, 'utf8')).toMatch(/does-not-fit/);
    const passed = await thimble(['test', 'small.thimble', '--on', 'host', '--count', '1'], {
      GITHUB_STEP_SUMMARY: '/proc/none/page',
    });
    expect(passed.code).toBe(0);
    expect(passed.err).toMatch(/GITHUB_STEP_SUMMARY cannot be written/);
  });

  it.each([
    ['--count', '1000000000000'],
    ['--count', '1.5'],
    ['--seed', '0x10'],
    ['--shard', '4/4', '--count', '2'],
    ['--steps', '2'],
  ])('%s %s is refused', async (...options) => {
    const { code, err } = await thimble(['test', 'small.thimble', '--on', 'reference', ...options]);
    expect(code).toBe(2);
    expect(err).toMatch(/bad-option/);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s while the reference computes: 130',
    async (signal) => {
      const args = ['test', 'small.thimble', '--on', 'host', '--count', '200000', '--verbose'];
      const child = start(folder, args);
      // Told before the first vector is computed; all of them would take minutes.
      await once(child.stderr, 'data');
      child.kill(signal);
      const { exitCode, stdout } = await child;
      expect([exitCode, stdout]).toEqual([130, '']);
    },
  );
});

describe('unsupported operators', () => {
  it('are all listed, with layer, reason and hint, after the table', async () => {
    const tensors = [int8([1, 6], 0.5), constant(int8([4, 6], 0.25, 0)), int8([1, 4], 1)];
    const file = path.join(folder, 'unsupported.tflite');
    const LSTM = 16;
    const operators = [
      operator('FULLY_CONNECTED', [0, 1], [2]),
      { code: LSTM, inputs: [2], outputs: [3] },
    ];
    writeFileSync(
      file,
      writeTflite({ tensors: [...tensors, int8([1, 4], 1)], operators, inputs: [0], outputs: [3] }),
    );
    const { code, out, err } = await thimble(['inspect', file]);
    expect(code).toBe(2);
    expect(out).toContain('dense');
    expect(err).toMatch(/LSTM is not supported[^]*operator #1[^]*hint/);
  });
});

it('every error code is explained, and every explanation belongs to a code', () => {
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('codes.ts'),
  );
  const text = sources.map((file) => readFileSync(path.join(ROOT, 'src', file), 'utf8')).join('\n');
  const used = new Set(
    [...text.matchAll(/code: '([a-z-]+)'|(?:report|#failed)\(\s*'([a-z-]+)'/g)].map(
      (m) => m[1] ?? m[2]!,
    ),
  );
  expect([...used].filter((code) => CODES[code] === undefined && code !== 'custom')).toEqual([]); // zod's own
  expect(Object.keys(CODES).filter((code) => !used.has(code))).toEqual([]);
});
