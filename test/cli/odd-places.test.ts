import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CLI } from '../support/cli.ts';
import { cliFolder } from '../support/cli-folder.ts';

const { folder, thimble } = cliFolder();
const at = (name: string) => path.join(folder, name);
writeFileSync(at('in.bin'), new Uint8Array(192));
const BOARD = ['-b', 'mps2-an386'];

// Each is written to by the command, or belongs to an output folder; a page would be mixed into it.
const PAGES: readonly (readonly [string, readonly string[]])[] = [
  ['o.bin', ['run', 'small.thimble', '--on', 'reference', '--input', 'in.bin', '--output']],
  ['j.xml', ['test', 'small.thimble', '--on', 'host', '--junit']],
  ['out/report.json', ['test', 'small.thimble', '--on', 'host', '--junit', 'other.xml']],
  ['out/.thimble-manifest.json', ['inspect', 'missing.tflite']],
  ['out/.thimble-lock', ['inspect', 'missing.tflite']],
  ['thimble.budget.json', ['inspect', 'missing.tflite']],
  ['thimble.config.json', ['inspect', 'missing.tflite']],
  ['small.thimble', ['test', 'small.thimble', '--on', 'host']],
];

it.each(PAGES)('the page of a GitHub job is never %s', async (page, args) => {
  rmSync(at('out'), { recursive: true, force: true });
  await thimble(['compile', 'small.thimble', ...BOARD, '-o', 'out']);
  const named = /^--(?:output|junit)$/.test(args.at(-1)!) ? [...args, page] : args;
  const { err } = await thimble(named, { GITHUB_STEP_SUMMARY: at(page) });
  // What does not fail has nothing to say to the page.
  if (args[0] !== 'run')
    expect(err).toMatch(/GITHUB_STEP_SUMMARY cannot be written:\nerror\[output-exists\]/);
  for (const file of readdirSync(folder).filter((each) => !each.endsWith('.thimble')))
    if (/\.(xml|json|bin)$/.test(file))
      expect(readFileSync(at(file), 'utf8')).not.toMatch(/^### /m);
  expect((await thimble(['compile', 'small.thimble', ...BOARD, '-o', 'out'])).code).toBe(0);
});

it('names that are no UTF-8 are refused: others would be written', () => {
  mkdirSync(at('bytes'));
  cpSync(at('small.thimble'), at('bytes/small.thimble'));
  const sh = (script: string) =>
    spawnSync('bash', ['-c', script, process.execPath], { cwd: at('bytes'), encoding: 'utf8' });
  for (const line of [
    `"$0" '${CLI}' boards --junit $'a\\xffb.xml'`,
    `"$0" '${CLI}' compile small.thimble -b mps2-an386 -o $'d\\xff'`,
    `"$0" '${CLI}' compile small.thimble -b mps2-an386 -o $'d\\xff/e'`,
  ]) {
    const { status, stderr } = sh(line);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/error\[unwritable-file\].*no UTF-8/),
    ]);
  }
  const { status, stderr } = sh(
    `mkdir $'w\\xff'; cd $'w\\xff'; "$0" '${CLI}' init; echo * >&2; exit`,
  );
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/unreadable-file.*no UTF-8[^]*\n\*\n$/),
  ]);
  expect(readdirSync(at('bytes'))).toHaveLength(2);
});

it('a current folder that is gone is told', () => {
  mkdirSync(at('gone'));
  for (const line of ['init', `test ${at('small.thimble')} --on host`, 'boards --junit j.xml'])
    expect(
      execFileSync(
        'sh',
        [
          '-c',
          `mkdir -p ${at('gone')}; cd ${at('gone')}; rmdir ${at('gone')}; "$0" '${CLI}' ${line} 2>&1; echo $?`,
          process.execPath,
        ],
        { encoding: 'utf8' },
      ),
    ).toMatch(/unreadable-file.*not there any more[^]*\n2\n$/);
});
