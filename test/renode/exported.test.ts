import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../../src/support/tools.ts';
import { modelledBoards, realRenode } from '../support/real-renode.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = path.join(root, 'dist/cli/main.js');
const robot = findTool({ command: 'renode-test', purpose: '', install: '' });

describe.skipIf(!realRenode)('a folder exported for the real Renode', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-export-'));
  const renodeTest = (suite: string) =>
    execa('renode-test', ['-r', path.join(folder, 'results'), suite], {
      cwd: folder,
      reject: false,
      all: true,
      timeout: 120_000,
    });

  // Folders have blanks in their names, somewhere.
  const exported = (board: string) => `on ${board}`;

  beforeAll(async () => {
    writeFileSync(path.join(folder, 'small.thimble'), thimbleFile(smallNetwork()));
    for (const board of modelledBoards) {
      const args = ['renode', 'small.thimble', '-b', board, '-o', exported(board), '--count', '3'];
      await execa('node', [cli, ...args], { cwd: folder });
    }
  });

  it('holds all that stock Renode needs', () => {
    for (const file of [
      'firmware.elf',
      'platform.repl',
      'machine.resc',
      'vectors.bin',
      'suite.robot',
      'README.md',
      'renode-ci.yml',
    ]) {
      expect(existsSync(path.join(folder, exported('stm32f4-discovery'), file)), file).toBe(true);
    }
  });

  it('shows in the monitor what the firmware prints, started as its README says', async () => {
    const place = path.join(folder, 'shown');
    cpSync(path.join(folder, exported('stm32f4-discovery')), place, { recursive: true });
    expect(readFileSync(path.join(place, 'README.md'), 'utf8')).toContain(
      'renode --disable-gui --console machine.resc',
    );
    const monitor = execa('renode', ['--disable-gui', '--console', 'machine.resc'], {
      cwd: place,
      reject: false,
      all: true,
      timeout: 120_000,
    });
    monitor.stdin.write('start\n');
    for await (const line of monitor.iterable({ from: 'all' }))
      if (line.includes('thimble done')) monitor.stdin.end('quit\n');
    const { exitCode, all } = await monitor;
    expect(all).toMatch(/thimble out 2 0 [0-9a-f]{8}[^]*thimble done 3 vectors/);
    expect(exitCode).toBe(0);
  });

  it.skipIf(!robot).each(modelledBoards)(
    'for %s passes renode-test as it stands',
    async (board) => {
      const { exitCode, all } = await renodeTest(`${exported(board)}/suite.robot`);
      expect(exitCode, all).toBe(0);
    },
  );

  it.skipIf(!robot)(
    'fails renode-test with one expected byte changed, naming the vector',
    async () => {
      cpSync(path.join(folder, exported('stm32f4-discovery')), path.join(folder, 'bad'), {
        recursive: true,
      });
      const suite = path.join(folder, 'bad/suite.robot');
      const flip = (line: string, hex: string) => line + (hex === '80' ? '7f' : '80');
      writeFileSync(
        suite,
        readFileSync(suite, 'utf8').replace(
          /(seed1_1 {4}1 0 {4})(..)/,
          (_, line: string, hex: string) => flip(line, hex),
        ),
      );
      const bad = await renodeTest('bad/suite.robot');
      expect(bad.exitCode).not.toBe(0);
      expect(bad.all).toMatch(/vector seed1_1 differs/);
    },
  );

  it.skipIf(!robot)(
    'fails renode-test when the firmware reaches what the board does not have, though its bytes are right',
    async () => {
      cpSync(path.join(folder, exported('stm32f4-discovery')), path.join(folder, 'astray'), {
        recursive: true,
      });
      const platform = path.join(folder, 'astray/platform.repl');
      const whole = readFileSync(platform, 'utf8');
      const without = whole.replace(/dwt: .*\n.*\n/, '');
      expect(without).not.toBe(whole);
      writeFileSync(platform, without);
      const astray = await renodeTest('astray/suite.robot');
      expect(astray.exitCode).not.toBe(0);
      expect(astray.all).toMatch(/non existing peripheral/);
    },
  );
});
