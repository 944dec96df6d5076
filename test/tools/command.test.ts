import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { start, thimble } from '../support/cli.ts';
import { fakeTools } from '../support/fake-tools.ts';
import type { FakeTools } from '../support/fake-tools.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let fakes: FakeTools;
const realPath = fakeTools((given) => (fakes = given));

describe('the command', () => {
  const folder = temporaryFolder('tools');
  writeFileSync(path.join(folder, 'small.thimble'), thimbleFile(smallNetwork()));
  const onHost = ['test', 'small.thimble', '--on', 'host', '--count', '1'];
  const onRenode = ['test', 'small.thimble', '-b', 'nrf52840-dk', '--on', 'renode', '--count', '1'];
  const onQemu = ['test', 'small.thimble', '-b', 'mps2-an386', '--on', 'qemu', '--count', '1'];

  it.each<[string, string, string[], NodeJS.Signals]>([
    ['a compiler', 'gcc', ['test', 'small.thimble', '--on', 'host'], 'SIGTERM'],
    [
      'the firmware’s compiler',
      'arm-none-eabi-gcc',
      ['build', 'small.thimble', '-b', 'mps2-an386', '-o', 'out'],
      'SIGINT',
    ],
    ['an emulator', 'qemu-system-arm', onQemu, 'SIGTERM'],
    ['a tool that doctor asks', 'qemu-system-arm', ['doctor'], 'SIGINT'],
  ])(
    'ends at the first signal while %s hangs: 130, and nothing is left',
    async (_, tool, args, signal) => {
      fakes.put('renode', 'echo 1.16.1');
      fakes.put(tool, 'hang');
      const child = start(folder, args, { env: fakes.env(realPath) });
      await fakes.hanging();
      child.kill(signal);
      expect((await child).exitCode).toBe(130);
      expect(fakes.left()).toEqual([]);
    },
  );

  it('does not take the firmware of another model for its own', async () => {
    for (const banner of [
      'thimble 1 other in 192 out 4 crc 00000000',
      'thimble 1 small in 192 out 4 crc 00000000',
    ]) {
      fakes.put(
        'qemu-system-arm',
        `echo ${banner}; echo thimble out 0 0 00000000; echo thimble done 1 vectors 1 ticks; hang`,
      );
      const { code, err } = await thimble(folder, onQemu, fakes.env(realPath));
      expect([code, err]).toEqual([4, expect.stringContaining('wrong-firmware')]);
      expect(fakes.left()).toEqual([]);
    }
  });

  it.each(['missing', 'a file', 'a,b', 'it\'s "so"', 'new\nline', 'blank  blank'])(
    'works in a TMPDIR that is %j, or says why not',
    async (name) => {
      const temporary = path.join(fakes.folder, name);
      if (name === 'a file') writeFileSync(temporary, '');
      else if (name !== 'missing') mkdirSync(temporary);
      const env = { ...fakes.env(realPath), TMPDIR: temporary };
      const works = name !== 'missing' && name !== 'a file';
      fakes.put('renode', 'echo 1.16.1');
      for (const args of works ? [onQemu, onHost] : [onQemu, onHost, onRenode]) {
        const { code, err } = await thimble(folder, args, env);
        expect(code, err).toBe(works ? 0 : 2);
        if (!works) expect(err).toMatch(/unwritable-file[^]*TMPDIR/);
      }
    },
  );

  it('says that TMPDIR is full', async (context) => {
    const small = path.join(fakes.folder, 'small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'pipe' });
    } catch {
      context.skip('a small file system cannot be mounted here');
    }
    try {
      fakes.put('renode', 'echo 1.16.1');
      const env = { ...fakes.env(realPath), TMPDIR: small };
      const build = ['build', 'small.thimble', '-b', 'mps2-an386', '-o', 'full'];
      for (const args of [onQemu, onHost, onRenode, build]) {
        const { code, err } = await thimble(folder, args, env);
        expect([code, err]).toEqual([2, expect.stringMatching(/unwritable-file[^]*TMPDIR/)]);
        expect(readdirSync(small)).toEqual([]);
      }
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
