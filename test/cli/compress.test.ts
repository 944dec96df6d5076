import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/support/random.ts';
import { start, thimble } from '../support/cli.ts';
import { causedInputs, prunableNetwork } from '../support/prunable-network.ts';
import { thimbleFile } from '../support/small-model.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'thimble-compress-'));
  const random = new Random(40);
  const graph = prunableNetwork(random);
  writeFileSync(path.join(folder, 'net.thimble'), thimbleFile(graph));
  mkdirSync(path.join(folder, 'cal'));
  causedInputs(graph, random, 60).forEach((input, i) =>
    writeFileSync(path.join(folder, 'cal', `in${i}.bin`), input),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compressing = (...args: string[]) =>
  thimble(folder, ['compress', 'net.thimble', '--calibrate', 'cal', ...args]);

// What a compiled model stores, layer by layer.
async function storedIn(model: string) {
  const options = ['-b', 'mps2-an386', '-o', 'lib', '--json'];
  const { out } = await thimble(folder, ['compile', model, ...options]);
  const { layers } = JSON.parse(out) as { layers: { encoding: string; weightBytes: number }[] };
  return layers.filter(({ encoding }) => encoding !== 'none');
}

describe('compress', () => {
  it('writes a model that the kernels on zeros run, equal to the reference in every byte: 0', async () => {
    writeFileSync(
      path.join(folder, 'recipe.json'),
      '{"sparsity": 0.8, "optimize": "speed", "layers": [{"match": "middle", "sparsity": 0.93}]}',
    );
    const { code, out, err } = await compressing('--recipe', 'recipe.json', '-o', 'c.thimble');
    expect(code, err).toBe(0);
    expect(out).toMatch(/dense +93\.\d % .* us8 .* refitted +middle/);
    expect(out).toMatch(/stored weights: .* instead of .*\n.*\nsame answer: \d+ of 12 inputs/);
    expect(out).toMatch(/fitted to 48 inputs, judged on 12 others, held out/);
    const tested = await thimble(folder, ['test', 'c.thimble', '--on', 'host', '--inputs', 'cal']);
    expect(tested.code, tested.err).toBe(0);
    const stored = await storedIn('c.thimble');
    expect(stored.map(({ encoding }) => encoding)).toContain('us8');
    const json = await compressing('--recipe', 'recipe.json', '-o', 'd.thimble', '--json');
    const told = JSON.parse(json.out) as { layers: { format: string; bytes: number }[] };
    expect(told).toMatchObject({
      schemaVersion: 1,
      model: 'net',
      heldOut: true,
      agreement: { of: 12 },
    });
    // What the report says lies in flash is what the compiler stores.
    expect(told.layers.map(({ bytes }) => bytes)).toEqual(
      stored.map(({ weightBytes }) => weightBytes),
    );
    const files = ['c.thimble', 'd.thimble'].map((name) => readFileSync(path.join(folder, name)));
    expect(files[0]!.equals(files[1]!)).toBe(true);
  });

  it('counts the smallest formats where speed is not asked for: 0', async () => {
    const args = ['--sparsity', '0.9', '--bits', '4', '-o', 'e.thimble', '--json'];
    const { code, out, err } = await compressing(...args);
    expect(code, err).toBe(0);
    const told = JSON.parse(out) as { layers: { format: string; bits: number }[] };
    expect(told.layers[1]!.bits).toBe(4);
    expect(told.layers[1]!.format).toMatch(/^huffman-gaps-/);
  });

  it('refuses a size that is out of reach, and writes nothing: 1', async () => {
    const { code, err } = await compressing('--to-weights', '100', '-o', 'small.thimble');
    expect([code, err]).toEqual([1, expect.stringMatching(/size-unreachable.*nearest is/s)]);
    expect(existsSync(path.join(folder, 'small.thimble'))).toBe(false);
  });

  it('asks how far, and by what inputs: 2', async () => {
    const far = await compressing('-o', 'x.thimble');
    expect([far.code, far.err]).toEqual([2, expect.stringContaining('--to-weights')]);
    const blind = await thimble(folder, [
      'compress',
      'net.thimble',
      '--sparsity',
      '0.5',
      '-o',
      'x',
    ]);
    expect([blind.code, blind.err]).toEqual([2, expect.stringContaining('no-calibration')]);
    writeFileSync(path.join(folder, 'bad.json'), '{"sparsty": 1}');
    const bad = await compressing('--recipe', 'bad.json', '-o', 'x.thimble');
    expect([bad.code, bad.err]).toEqual([2, expect.stringMatching(/bad-recipe.*sparsty/s)]);
    for (const word of ['constructor', 'toString']) {
      const none = await compressing('--recipe', word, '-o', 'x.thimble');
      expect([none.code, none.err]).toEqual([2, expect.stringContaining('unreadable-file')]);
    }
  });

  it('leaves nothing behind when it is stopped: 130', async () => {
    const running = start(folder, [
      ...['compress', 'net.thimble', '--calibrate', 'cal', '--to-weights', '2500'],
      ...['-o', 'never.thimble', '--verbose'],
    ]);
    running.stderr.once('data', () => running.kill('SIGINT'));
    expect((await running).exitCode).toBe(130);
    expect(readdirSync(folder).filter((name) => /never|part/.test(name))).toEqual([]);
  });
});
