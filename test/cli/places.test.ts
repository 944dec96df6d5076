import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { namesPlace, READS, WRITES } from '../../src/cli/named-files.ts';
import { makeProgram } from '../../src/cli/program.ts';
import { CompileError } from '../../src/support/diagnostics.ts';

// Where a command may write: no option, of any command, onto anything that any other names to be read.
const root = mkdtempSync(path.join(tmpdir(), 'thimble-places-'));
const home = process.cwd();
afterAll(() => {
  process.chdir(home);
  rmSync(root, { recursive: true, force: true });
});

/** Files that each option or argument names here, and what stands for it on the command line. */
const NAMED: Readonly<Record<string, { readonly given: string; readonly files: string[] }>> = {
  model: { given: 'model', files: ['model'] },
  old: { given: 'old.json', files: ['old.json'] },
  new: { given: 'new.json', files: ['new.json'] },
  input: { given: 'in.raw', files: ['in.raw'] },
  config: { given: 'own.json', files: ['own.json'] },
  freeze: { given: 'x=frozen.raw', files: ['frozen.raw'] },
  inputs: { given: 'vectors', files: ['vectors/in.bin', 'vectors/a.out.bin'] },
  calibrate: { given: 'calibration', files: ['calibration/a.in.bin'] },
  board: { given: './board', files: ['board/board.json', 'board/platform.repl'] },
};
const ALWAYS = ['thimble.config.json', 'thimble.budget.json'];
const FILES = [...Object.values(NAMED).flatMap(({ files }) => files), ...ALWAYS];

let next = 0;
beforeEach(() => {
  // Never removed before the end: what was read is known by its inode.
  const folder = path.join(root, String(next++));
  for (const sub of ['vectors', 'calibration', 'board'])
    mkdirSync(path.join(folder, sub), { recursive: true });
  process.chdir(folder);
  for (const file of FILES) writeFileSync(file, `the contents of ${file}`);
});

const commands = makeProgram(new AbortController().signal).program.commands;
const optionsOf = (command: Command) => [...command.parent!.options, ...command.options];
const namesOf = (command: Command) => [
  ...optionsOf(command).map((option) => option.attributeName()),
  ...command.registeredArguments.map((argument) => argument.name()),
];

function contents(): string[] {
  return FILES.map((file) => readFileSync(file, 'utf8'));
}

async function problemsOf(args: readonly string[]): Promise<string> {
  const { program } = makeProgram(new AbortController().signal);
  const error: unknown = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CompileError) return error.message;
  throw new Error(`no coded error: ${String(error)}`, { cause: error });
}

// The command with all that it must have, then the options given.
function lineOf(command: Command, given: Readonly<Record<string, string>>): string[] {
  const needed = command.options
    .filter((option) => option.mandatory && !(option.attributeName() in given))
    .flatMap((option) => [option.long!, NAMED[option.attributeName()]?.given ?? 'fresh']);
  const operands = command.registeredArguments.map(
    (argument) => given[argument.name()] ?? NAMED[argument.name()]?.given ?? 'x',
  );
  const options = optionsOf(command).filter((option) => option.attributeName() in given);
  return [
    command.name(),
    ...operands,
    ...needed,
    ...options.flatMap((option) => [option.long!, given[option.attributeName()]!]),
  ];
}

describe.each(commands.map((command) => [command.name(), command] as const))('%s', (_, command) => {
  const names = namesOf(command);
  const files = new Set([
    ...optionsOf(command)
      .filter(namesPlace)
      .map((option) => option.attributeName()),
    ...command.registeredArguments.map((argument) => argument.name()),
  ]);
  const writes = Object.keys(WRITES).filter((name) => names.includes(name));
  const reads = Object.keys(READS).filter((name) => files.has(name));

  it('has no option that names files and is not known to', () => {
    for (const option of optionsOf(command).filter(namesPlace))
      expect([...writes, ...reads], option.flags).toContain(option.attributeName());
  });

  it.each(writes.flatMap((write) => [...reads, 'always'].map((read) => ({ write, read }))))(
    'does not write what $write names onto what $read names',
    async ({ write, read }) => {
      for (const [i, file] of (NAMED[read]?.files ?? ALWAYS).entries()) {
        const ways = [file, path.resolve(file), `link-${i}`, `hard-${i}`];
        symlinkSync(file, `link-${i}`);
        linkSync(file, `hard-${i}`);
        const before = contents();
        for (const way of ways) {
          const named = NAMED[read] ? { [read]: NAMED[read].given } : {};
          const said = await problemsOf(lineOf(command, { ...named, [write]: way }));
          expect(said).toMatch(/output-exists[^]*the output is one of the inputs/);
          expect(contents()).toEqual(before);
        }
      }
    },
  );

  // `--input` is a file where there is one input to run, elsewhere a way of giving it.
  it.each(names.includes('input') && !files.has('input') ? writes : [])(
    'writes what %s names onto the name of a value that is no file',
    async (write) => {
      for (const value of ['whole', 'rows']) {
        writeFileSync(value, '');
        const said = await problemsOf(lineOf(command, { input: value, [write]: value }));
        expect(said).not.toMatch(/the output is one of the inputs/);
      }
    },
  );

  it.each(writes)('takes no %s of an empty name', async (write) => {
    const said = await problemsOf(lineOf(command, { [write]: '' }));
    expect(said).toMatch(/bad-option[^]*names nothing/);
  });

  it.each(writes.length > 1 ? [writes] : [])('does not write two into one file', async (...two) => {
    mkdirSync('sub');
    symlinkSync('sub', 'way');
    const given = { [two[0]!]: 'sub/same', [two[1]!]: 'way/same' };
    expect(await problemsOf(lineOf(command, given))).toMatch(/bad-option[^]*is to write, too/);
    expect(readdirSync('sub')).toEqual([]);
  });
});
