import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../src/ir/types.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import { inputBytes } from '../support/cases.ts';
import { thimble } from '../support/cli.ts';
import { FloatGraph, floatInputs } from '../support/float-graphs.ts';
import { smallFloatNetwork, thimbleFile } from '../support/small-model.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'thimble-quantize-'));
  save('good', 9, (g) => {
    const x = g.input([1, 4, 4, 2]);
    return g.node('concat', { axis: 3 }, [g.node('tanh', {}, [x]), g.node('logistic', {}, [x])]);
  });
  save('collapsing', 3, (g) =>
    g.node('softmax', { beta: 1, arithmetic: 'fixed' }, [g.input([1, 4096])]),
  );
  save('broken', 3, (g) => g.node('tanh', {}, [g.input([1, 4])]));
  for (const [i, value] of [NaN, Infinity].entries()) {
    writeFileSync(file('broken', `in${i}.bin`), bytesOf(new Float32Array(4).fill(value)));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function save(name: string, inputs: number, make: (g: FloatGraph) => number): void {
  const g = new FloatGraph();
  const graph: Graph = g.finish(make(g));
  mkdirSync(path.join(folder, name));
  writeFileSync(file('.', `${name}.thimble`), thimbleFile(graph));
  floatInputs(graph, new Random(1), inputs).forEach((input, i) =>
    writeFileSync(file(name, `in${i}.bin`), input),
  );
}

function file(...names: string[]): string {
  return path.join(folder, ...names);
}

const quantizing = (command: string, name: string, ...args: string[]) =>
  thimble(folder, [command, `${name}.thimble`, '--calibrate', name, ...args]);

describe('quantize', () => {
  it('says on what it measured, by which method, and how good each layer is: 0', async () => {
    const { code, out, err } = await quantizing('quantize', 'good', '-o', 'good.q');
    expect(code, err).toBe(0);
    expect(out).toMatch(/calibrated on 7 inputs, measured on 2 others, held out/);
    expect(out).toMatch(/ranges by \w+; .*mse [\d.]+ dB, minmax [\d.]+ dB, percentile [\d.]+ dB/);
    expect(err).toBe('');
    const json = await quantizing(
      'quantize',
      'good',
      '-o',
      'good.q',
      '--method',
      'minmax',
      '--json',
    );
    expect(JSON.parse(json.out)).toMatchObject({
      method: 'minmax',
      ...{ calibrated: 7, measured: 2, heldOut: true, warnings: [], collapsed: [] },
    });
  });

  it('refuses an output that collapsed, after the table: 1; --force writes it', async () => {
    const refused = await quantizing('quantize', 'collapsing', '-o', 'refused.q');
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/softmax.*nothing was written/s);
    expect(refused.err).toMatch(/warning\[poor-layer\].*error\[output-collapsed\]/s);
    expect(existsSync(file('refused.q'))).toBe(false);
    const forced = await quantizing('quantize', 'collapsing', '-o', 'forced.q', '--force');
    expect([forced.code, existsSync(file('forced.q'))]).toEqual([0, true]);
    expect(forced.err).toMatch(/warning\[poor-layer\]/);
  });

  it('on the way of another command refuses the same', async () => {
    const args = ['--on', 'reference', '--input', 'collapsing/in0.bin', '--output', 'out.bin'];
    const { code, err } = await quantizing('run', 'collapsing', ...args);
    expect([code, err]).toEqual([1, expect.stringContaining('output-collapsed')]);
  });

  it('names every calibration file that is not finite: 2', async () => {
    const { code, err } = await quantizing('quantize', 'broken', '-o', 'broken.q');
    expect(code).toBe(2);
    expect(err).toMatch(/bad-calibration.*broken\/in0\.bin.*bad-calibration.*broken\/in1\.bin/s);
    expect(existsSync(file('broken.q'))).toBe(false);
  });
});

it('quantize writes a .thimble file that the other commands read', async () => {
  const graph = smallFloatNetwork();
  mkdirSync(file('cal'));
  writeFileSync(file('float.thimble'), thimbleFile(graph));
  writeFileSync(file('cal/in0.bin'), inputBytes(graph, new Random(5), 'random'));
  const calibrate = ['--calibrate', 'cal'];
  const quantized = await thimble(folder, [
    ...['quantize', 'float.thimble', ...calibrate],
    ...['--io', 'int8', '-o', 'q.thimble'],
  ]);
  expect(quantized.code, quantized.err).toBe(0);
  const testing = (model: string, ...args: string[]) =>
    thimble(folder, ['test', model, '--on', 'host', ...args, '--count', '2']);
  expect((await testing('q.thimble')).code).toBe(0);
  expect((await testing('float.thimble', ...calibrate)).code).toBe(0);
});
