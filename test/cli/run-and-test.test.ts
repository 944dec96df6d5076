import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { Random } from '../../src/support/random.ts';
import { inputBytes } from '../support/cases.ts';
import { cliFolder, json } from '../support/cli-folder.ts';
import { smallNetwork } from '../support/small-model.ts';

const { folder, thimble } = cliFolder();

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

  it('more vectors than the emulated board has memory for are not exported', async () => {
    const board = ['-b', 'nrf52840-dk', '-o', 'exported'];
    const { code, err } = await thimble(['renode', 'small.thimble', ...board, '--count', '90000']);
    expect([code, err]).toEqual([2, expect.stringMatching(/bad-vectors[^]*hint: 87381 fit/)]);
    expect(existsSync(path.join(folder, 'exported'))).toBe(false);
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
    mkdirSync(vectors);
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
