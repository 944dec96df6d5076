import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/cli.ts';
import { cliFolder, json } from '../support/cli-folder.ts';

const { folder, thimble } = cliFolder();

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
        'memory.svg',
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

it('init writes a configuration once, and commands read it', async () => {
  expect((await thimble(['init', '-b', 'nrf52840-dk'])).code).toBe(0);
  expect((await thimble(['init'])).code).toBe(2);
  const { out } = await thimble(['compile', 'small.thimble', '-o', 'z', '--json']);
  expect(json(out).board).toBe('nrf52840-dk');
  writeFileSync(path.join(folder, 'thimble.config.json'), '{"bord": "x"}');
  expect((await thimble(['compile', 'small.thimble', '-o', 'z'])).err).toMatch(/bad-config.*bord/s);
  rmSync(path.join(folder, 'thimble.config.json'));
});

it('the package holds all that the command needs', async () => {
  const packed = path.join(folder, 'packed');
  mkdirSync(packed);
  await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { cwd: ROOT });
  const [archive = ''] = readdirSync(packed);
  await execa('tar', ['-xzf', archive], { cwd: packed });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(packed, 'node_modules'));
  const main = path.join(packed, 'package/dist/cli/main.js');
  const args = [main, 'compile', 'small.thimble', '-b', 'mps2-an386', '-o', 'from-package'];
  const { exitCode, stderr } = await execa('node', args, { cwd: folder, reject: false });
  expect(exitCode, stderr).toBe(0);
});
