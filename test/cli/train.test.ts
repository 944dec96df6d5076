import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeInputs } from '../../src/compress/prune/store-inputs.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { CLASSES, patternedExamples, patternNetwork, SIDE } from '../support/patterned-examples.ts';
import { start, thimble } from '../support/cli.ts';
import { thimbleFile } from '../support/small-model.ts';

let folder = '';
let labels: number[] = [];
const random = new Random(50);
const COUNT = 400;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'thimble-train-'));
  writeFileSync(path.join(folder, 'net.thimble'), thimbleFile(patternNetwork(random)));
  const examples = patternedExamples(random, COUNT);
  labels = Array.from(examples.labels);
  const picture = new Float32Array(SIDE * SIDE);
  const lines: string[] = [];
  for (let c = 0; c < CLASSES; c++)
    mkdirSync(path.join(folder, 'classes', String(c)), { recursive: true });
  mkdirSync(path.join(folder, 'listed'));
  for (let i = 0; i < COUNT; i++) {
    examples.read(i, picture);
    const bytes = bytesOf(picture);
    writeFileSync(path.join(folder, 'classes', String(labels[i]), `in${i}.bin`), bytes);
    writeFileSync(path.join(folder, 'listed', `in${i}.bin`), bytes);
    lines.push(`in${i}.bin,${labels[i]}`);
  }
  writeFileSync(path.join(folder, 'listed', 'labels.csv'), `${lines.join('\n')}\n`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const training = (...args: string[]) => thimble(folder, ['compress', 'net.thimble', ...args]);
const file = (name: string) => readFileSync(path.join(folder, name));

describe('compress --train', () => {
  it('trains with the classes of folders, prunes meanwhile, and what it writes is proven: 0', async () => {
    const args = ['--epochs', '14', '--rate', '3e-3', '--sparsity', '0.7', '--io', 'int8'];
    const run = await training('--train', 'classes', ...args, '-o', 'pruned.thimble', '--json');
    expect(run.code, run.err).toBe(0);
    const { best, errorBefore, judged, zeros } = JSON.parse(run.out) as {
      best: { error: number };
      errorBefore: number;
      judged: number;
      zeros: number;
    };
    expect(judged).toBe(COUNT / 5);
    expect(errorBefore).toBeGreaterThan(0.4);
    expect(best.error).toBeLessThan(0.15);
    expect(zeros).toBeCloseTo(0.7, 1);
    expect(run.err).toMatch(/epoch 14 of 14: loss [\d.]+, [\d.]+ % wrong of 80 held out, 0 s left/);
    const tested = await thimble(folder, ['test', 'pruned.thimble', '--on', 'host']);
    expect(tested.code, tested.err).toBe(0);

    // What is trained again keeps its zeros, though it is int8.
    const { graph } = await loadModel(path.join(folder, 'pruned.thimble'));
    mkdirSync(path.join(folder, 'stored'));
    const lines = labels.slice(0, 100).map((label, i) => {
      const input = readFileSync(path.join(folder, 'listed', `in${i}.bin`));
      writeFileSync(path.join(folder, 'stored', `in${i}.bin`), storeInputs(graph, input));
      return `in${i}.bin,${label}`;
    });
    writeFileSync(path.join(folder, 'stored', 'labels.csv'), lines.join('\n'));
    const again = await thimble(folder, [
      ...['compress', 'pruned.thimble', '--train', 'stored', '--epochs', '2'],
      ...['-o', 'again.thimble', '--json'],
    ]);
    expect(again.code, again.err).toBe(0);
    const result = JSON.parse(again.out) as { zeros: number; best: { error: number } };
    expect(result.zeros).toBeGreaterThanOrEqual(zeros);
    expect(result.best.error).toBeLessThan(0.2);
  });

  // Where weights go, no network counts before the kill.
  it.each([
    ['dense', []],
    ['sparse', ['--sparsity', '0.5']],
  ])(
    'goes on after a kill as if nothing had been, and ends with the same bytes (%s): 0',
    async (kind, more) => {
      const epochs = ['--epochs', '30', '--rate', '1e-3', '--patience', '30'];
      const args = ['--train', 'listed', ...epochs, ...more];
      const whole = await training(...args, '-o', `${kind}.thimble`);
      expect(whole.code, whole.err).toBe(0);
      expect(existsSync(path.join(folder, `${kind}.thimble.checkpoint`))).toBe(false);

      const child = start(folder, [
        'compress',
        'net.thimble',
        ...args,
        '-o',
        `${kind}-parts.thimble`,
      ]);
      let text = '';
      child.stderr.on('data', (part: Buffer) => {
        text += part.toString();
        if (text.includes('epoch 3 of 30')) child.kill('SIGKILL');
      });
      await child;
      expect(existsSync(path.join(folder, `${kind}-parts.thimble`))).toBe(false);
      expect(existsSync(path.join(folder, `${kind}-parts.thimble.checkpoint`))).toBe(true);

      const other = await training(...args.with(3, '31'), '-o', `${kind}-parts.thimble`);
      expect(other.code).toBe(2);
      expect(other.err).toMatch(/foreign-checkpoint/);

      const rest = await training(...args, '-o', `${kind}-parts.thimble`);
      expect(rest.code, rest.err).toBe(0);
      expect(rest.out).toMatch(/resumed after epoch [3-9]/);
      expect(file(`${kind}-parts.thimble`).equals(file(`${kind}.thimble`))).toBe(true);
    },
  );

  it('ends early when nothing gets better: 0', async () => {
    const args = ['--train', 'listed', '--epochs', '500', '--rate', '0', '--patience', '2'];
    const run = await training(...args, '-o', 'early.thimble');
    expect(run.code, run.err).toBe(0);
    expect(run.err).toMatch(/epoch 2 of 500/);
    expect(run.err).not.toMatch(/epoch 3 of 500/);
  });

  it('says all that is wrong with labels: 2', async () => {
    mkdirSync(path.join(folder, 'bad'));
    const fails = async (...wanted: readonly RegExp[]) => {
      const run = await training('--train', 'bad', '-o', 'bad.thimble');
      expect(run.code).toBe(2);
      for (const words of wanted) expect(run.err).toMatch(words);
    };
    const write = (name: string, data: Uint8Array | string) =>
      writeFileSync(path.join(folder, 'bad', name), data);
    write('in0.bin', new Uint8Array(3));
    write('in1.bin', new Uint8Array(2));
    await fails(/in0\.bin has 3 bytes, the model takes 256/, /in1\.bin has 2 bytes/);
    write('in0.bin', new Uint8Array(256));
    write('in1.bin', new Uint8Array(256));
    await fails(/bad-labels/, /which class in0 has/, /which class in1 has/);
    write('labels.csv', 'in0.bin,1\nin1.bin,9\n');
    await fails(/no class is named "9"/);
    write('labels.csv', 'in0.bin,1\ngone.bin,2\nlost.bin,2\n');
    await fails(/no input is "gone\.bin"/, /no input is "lost\.bin"/);
  });

  it('refuses options of the other way: 2', async () => {
    const run = await training('--train', 'listed', '--recipe', 'light', '-o', 'x.thimble');
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/--recipe says how to compress without training/);
    const idle = await training('--calibrate', 'listed', '--epochs', '3', '-o', 'x.thimble');
    expect(idle.code).toBe(2);
    expect(idle.err).toMatch(/--epochs would do nothing: nothing is trained/);
  });
});
