import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODES } from '../../src/cli/codes.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { Random } from '../../src/support/random.ts';
import { start } from '../support/cli.ts';
import { inputBytes } from '../support/cases.ts';
import { smallFloatNetwork, smallNetwork, thimbleFile } from '../support/small-model.ts';
import { constant, int8, operator } from '../support/file-models.ts';
import { writeTflite } from '../support/tflite-writer.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'thimble-cli-'));
  writeFileSync(path.join(folder, 'small.thimble'), thimbleFile(smallNetwork()));
  writeFileSync(path.join(folder, 'float.thimble'), thimbleFile(smallFloatNetwork()));
  writeFileSync(path.join(folder, 'broken.tflite'), 'no model');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function thimble(args: readonly string[], env: Record<string, string> = {}) {
  const result = await execa(process.execPath, [path.join(root, 'dist/cli/main.js'), ...args], {
    cwd: folder,
    reject: false,
    env,
    stdin: 'ignore',
  });
  return { code: result.exitCode, out: result.stdout, err: result.stderr };
}

const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

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

describe('compile and build', () => {
  it('write the same bytes twice, and replace only what thimble wrote', async () => {
    const files = (name: string) =>
      readdirSync(path.join(folder, name), { recursive: true, encoding: 'utf8' }).sort();
    const args = ['build', 'small.thimble', '-b', 'stm32f4-discovery', '-o'];
    expect((await thimble([...args, 'one'])).code).toBe(0);
    expect((await thimble([...args, 'two'])).code).toBe(0);
    expect((await thimble([...args, 'two'])).code).toBe(0);
    expect(files('one')).toEqual(files('two'));
    for (const file of files('one').filter((name) => /\.\w+$/.test(name))) {
      expect(readFileSync(path.join(folder, 'one', file)), file).toEqual(
        readFileSync(path.join(folder, 'two', file)),
      );
    }
    expect(files('one')).toEqual(
      expect.arrayContaining([
        'firmware.bin',
        'firmware.elf',
        'firmware.hex',
        'firmware.map',
        'report.json',
        'small.c',
        'small.h',
      ]),
    );
    const { code, err } = await thimble([...args, '.']);
    expect([code, err]).toEqual([2, expect.stringContaining('output-exists')]);
  });

  it('predict the footprint that the linker then finds, within 3 %', async () => {
    const args = ['small.thimble', '-b', 'nucleo-h753zi', '-o', 'fit', '--json'];
    const predicted = json((await thimble(['compile', ...args])).out) as {
      flash: { total: number };
      ram: { total: number };
      basis: string;
    };
    const linked = json((await thimble(['build', ...args])).out) as typeof predicted;
    expect([predicted.basis, linked.basis]).toEqual(['predicted', 'linked']);
    for (const kind of ['flash', 'ram'] as const) {
      expect(Math.abs(predicted[kind].total / linked[kind].total - 1), kind).toBeLessThan(0.03);
    }
  });

  it('names that would break C or leave the folder are refused', async () => {
    for (const name of ['../evil', 'int', 'a b', '']) {
      const { code, err } = await thimble([
        'compile',
        'small.thimble',
        '-b',
        'mps2-an386',
        '-o',
        'y',
        '--name',
        name,
      ]);
      expect([name, code, err]).toEqual([name, 2, expect.stringContaining('bad-name')]);
    }
  });
});

describe('run and test', () => {
  it.each([
    ['reference', []],
    ['host', []],
    ['qemu', ['-b', 'rp2040-pico']],
  ])('run --on %s gives the reference’s bytes', async (where, board) => {
    const graph = smallNetwork();
    const input = inputBytes(graph, new Random(3), 'random');
    writeFileSync(path.join(folder, 'in.bin'), input);
    const { code, err } = await thimble([
      'run',
      'small.thimble',
      '--on',
      where,
      ...board,
      '--input',
      'in.bin',
      '--output',
      'out.bin',
    ]);
    expect(code, err).toBe(0);
    expect(new Uint8Array(readFileSync(path.join(folder, 'out.bin')))).toEqual(
      new Interpreter(graph).runBytes(input),
    );
  });

  it('an input of the wrong size is a usage error', async () => {
    writeFileSync(path.join(folder, 'short.bin'), 'abc');
    const { code, err } = await thimble([
      'run',
      'small.thimble',
      '--on',
      'reference',
      '--input',
      'short.bin',
      '--output',
      'o.bin',
    ]);
    expect([code, err]).toEqual([2, expect.stringContaining('3 bytes, the model takes 192')]);
  });

  it('JSON on stdout, JUnit in a file, annotations on GitHub', async () => {
    const { code, out } = await thimble([
      'test',
      'small.thimble',
      '--on',
      'host',
      '--count',
      '3',
      '--json',
      '--junit',
      'junit.xml',
    ]);
    expect([code, json(out)]).toEqual([
      0,
      expect.objectContaining({ schemaVersion: 1, passed: true, vectors: 3 }),
    ]);
    expect(readFileSync(path.join(folder, 'junit.xml'), 'utf8')).toMatch(/tests="3" failures="0"/);
    const failed = await thimble(['inspect', 'broken.tflite'], { GITHUB_ACTIONS: 'true' });
    expect(failed.err).toMatch(/^::error title=unknown-format::/m);
  });

  it('an output that differs from the file beside it: 1', async () => {
    const vectors = path.join(folder, 'vectors');
    const graph = smallNetwork();
    const input = inputBytes(graph, new Random(4), 'random');
    const output = new Interpreter(graph).runBytes(input);
    await execa('mkdir', ['-p', vectors]);
    writeFileSync(path.join(vectors, 'a.in.bin'), input);
    writeFileSync(path.join(vectors, 'a.out.bin'), output);
    expect(
      (await thimble(['test', 'small.thimble', '--on', 'host', '--inputs', 'vectors'])).code,
    ).toBe(0);
    output[1]! ^= 1;
    writeFileSync(path.join(vectors, 'a.out.bin'), output);
    const { code, err } = await thimble([
      'test',
      'small.thimble',
      '--on',
      'host',
      '--inputs',
      'vectors',
    ]);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/vector a: 1 bytes differ from the given output, first byte 1/),
    ]);
  });
});

it('quantize writes a .thimble file that the other commands read', async () => {
  const graph = smallFloatNetwork();
  await execa('mkdir', ['-p', path.join(folder, 'cal')]);
  writeFileSync(path.join(folder, 'cal/in0.bin'), inputBytes(graph, new Random(5), 'random'));
  const quantized = await thimble([
    'quantize',
    'float.thimble',
    '--calibrate',
    'cal',
    '--io',
    'int8',
    '-o',
    'q.thimble',
  ]);
  expect(quantized.code, quantized.err).toBe(0);
  expect((await thimble(['test', 'q.thimble', '--on', 'host', '--count', '2'])).code).toBe(0);
  expect(
    (await thimble(['test', 'float.thimble', '--on', 'host', '--calibrate', 'cal', '--count', '2']))
      .code,
  ).toBe(0);
});

it('init writes a configuration once, and commands read it', async () => {
  expect((await thimble(['init', '-b', 'nrf52840-dk'])).code).toBe(0);
  expect((await thimble(['init'])).code).toBe(2);
  const { out } = await thimble(['compile', 'small.thimble', '-o', 'z', '--json']);
  expect(json(out).board).toBe('nrf52840-dk');
  writeFileSync(path.join(folder, 'thimble.config.json'), '{"bord": "x"}');
  expect((await thimble(['compile', 'small.thimble', '-o', 'z'])).err).toMatch(/bad-config.*bord/s);
  rmSync(path.join(folder, 'thimble.config.json'));
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

  it.each(['SIGINT', 'SIGTERM'] as const)(
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

it('the package holds all that the command needs', async () => {
  const packed = path.join(folder, 'packed');
  mkdirSync(packed);
  await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { cwd: root });
  const [archive = ''] = readdirSync(packed);
  await execa('tar', ['-xzf', archive], { cwd: packed });
  symlinkSync(path.join(root, 'node_modules'), path.join(packed, 'node_modules'));
  const main = path.join(packed, 'package/dist/cli/main.js');
  const args = [main, 'compile', 'small.thimble', '-b', 'mps2-an386', '-o', 'from-package'];
  const { exitCode, stderr } = await execa('node', args, { cwd: folder, reject: false });
  expect(exitCode, stderr).toBe(0);
});

it('every error code is explained, and every explanation belongs to a code', () => {
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('codes.ts'),
  );
  const text = sources.map((file) => readFileSync(path.join(root, 'src', file), 'utf8')).join('\n');
  const used = new Set(
    [...text.matchAll(/code: '([a-z-]+)'|(?:report|#failed)\(\s*'([a-z-]+)'/g)].map(
      (m) => m[1] ?? m[2]!,
    ),
  );
  expect([...used].filter((code) => CODES[code] === undefined && code !== 'custom')).toEqual([]); // zod's own
  expect(Object.keys(CODES).filter((code) => !used.has(code))).toEqual([]);
});

describe('in CI', () => {
  it('shards divide the vectors, and a budget fails the run that exceeds it', async () => {
    const counts = await Promise.all(
      ['1/3', '2/3', '3/3'].map(async (shard) => {
        const { out } = await thimble([
          'test',
          'small.thimble',
          '--on',
          'host',
          '--count',
          '7',
          '--shard',
          shard,
          '--json',
        ]);
        return json(out).vectors;
      }),
    );
    expect(counts).toEqual([3, 2, 2]);
    expect((await thimble(['test', 'small.thimble', '--on', 'host', '--shard', '4/3'])).code).toBe(
      2,
    );
    const args = ['test', 'small.thimble', '-b', 'mps2-an386', '--on', 'qemu', '--count', '1'];
    expect((await thimble([...args, '--update-budget'])).code).toBe(0);
    const file = path.join(folder, 'thimble.budget.json');
    const budget = JSON.parse(readFileSync(file, 'utf8')) as {
      entries: Record<string, { instructions: number }>;
    };
    expect((await thimble(args)).code).toBe(0);
    budget.entries['small@mps2-an386']!.instructions = 100;
    writeFileSync(file, JSON.stringify(budget));
    const page = path.join(folder, 'over.md');
    const reports = ['--junit', 'over.xml'];
    const { code, out, err } = await thimble([...args, ...reports], { GITHUB_STEP_SUMMARY: page });
    const asJson = await thimble([...args, '--json']);
    rmSync(file);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('error[over-budget]: instructions of small@mps2-an386'),
    ]);
    expect(out).toMatch(/^over budget: instructions/m);
    expect(readFileSync(path.join(folder, 'over.xml'), 'utf8')).toMatch(
      /failures="1"[^]*name="budget"[^]*<failure/,
    );
    expect(readFileSync(page, 'utf8')).toMatch(/^### failed[^]*over budget: instructions/);
    expect([asJson.code, json(asJson.out)]).toEqual([
      1,
      expect.objectContaining({ passed: false, overBudget: [expect.anything()] }),
    ]);
  });

  it('a step summary and JUnit list vectors and layers', async () => {
    const page = path.join(folder, 'summary.md');
    const args = [
      'test',
      'small.thimble',
      '-b',
      'mps2-an386',
      '--on',
      'qemu',
      '--count',
      '2',
      '--junit',
      'j.xml',
    ];
    expect((await thimble(args, { GITHUB_STEP_SUMMARY: page })).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toMatch(/^### passed: small on qemu mps2-an386: 2 vectors/);
    expect(readFileSync(path.join(folder, 'j.xml'), 'utf8')).toMatch(
      /qemu mps2-an386, layers" name="0 conv2d conv2d"/,
    );
  });

  it('diff compares two reports and can fail', async () => {
    for (const [board, out] of [
      ['mps2-an385', 'd1'],
      ['mps2-an386', 'd2'],
    ] as const) {
      await thimble(['compile', 'small.thimble', '-b', board, '-o', out]);
    }
    const args = ['diff', 'd1/report.json', 'd2/report.json'];
    expect((await thimble(args)).out).toMatch(/conv2d_blocks_s8_c +conv2d_s8_4x2/);
    expect((await thimble([...args, '--max-growth', '1'])).code).toBe(1);
    expect((await thimble(['diff', 'small.thimble', 'd2/report.json'])).err).toMatch(/bad-report/);
  });
});
