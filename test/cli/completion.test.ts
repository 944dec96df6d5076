import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { cliFolder } from '../support/cli-folder.ts';
import { toolOrSkip } from '../support/optional-tools.ts';

const { folder, thimble } = cliFolder();

type Complete = (words: readonly string[]) => Promise<string[]>;

const script = async (shell: string): Promise<string> => {
  const { code, out } = await thimble(['completion', shell]);
  expect(code).toBe(0);
  const file = path.join(folder, `thimble.${shell}`);
  writeFileSync(file, out);
  return file;
};

const lines = (text: string) => text.split(/\s*\n/).filter((line) => line !== '');

/** How each shell is asked what the last of some words may become. */
const SHELLS: Readonly<Record<string, (program: string) => Promise<Complete>>> = {
  bash: async (program) => {
    const file = await script('bash');
    return async (words) => {
      const asked = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _thimble; printf '%s\n' "\${COMPREPLY[@]}"`;
      return lines((await execa(program, ['-c', asked, 'bash', file, 'thimble', ...words])).stdout);
    };
  },
  zsh: async (program) => {
    const file = await script('zsh');
    return async (words) => {
      // What zsh's completion offers, printed; zsh itself then keeps what begins with the word.
      const asked = `compdef() { : }; _files() { : }; compadd() { shift; print -l -- "$@" }; _describe() { print -l -- \${offered%%:*} }
        source "$1"; shift; words=("$@"); CURRENT=$#; _thimble`;
      const { stdout } = await execa(program, ['-fc', asked, 'zsh', file, 'thimble', ...words]);
      return lines(stdout).filter((word) => word.startsWith(words.at(-1)!));
    };
  },
  fish: async (program) => {
    const file = await script('fish');
    return async (words) => {
      const asked = `source ${file}; complete -C ${JSON.stringify(['thimble', ...words].join(' '))}`;
      const { stdout } = await execa(program, ['-c', asked], { cwd: folder });
      return lines(stdout).map((line) => line.split('\t')[0]!);
    };
  },
};

describe.each(Object.keys(SHELLS))('completion in %s', (shell) => {
  const program = toolOrSkip(shell, `apt-get install ${shell}`);
  it.skipIf(!program)('of commands, options, values, boards and codes; else of files', async () => {
    const complete = await SHELLS[shell]!(program!);
    const sorted = async (...words: string[]) => (await complete(words)).sort();
    expect(await sorted('comp')).toEqual(['compile', 'completion', 'compress']);
    expect(await sorted('compile', 'small.thimble', '--opt')).toEqual(['--optimize']);
    expect(await sorted('compile', 'small.thimble', '--format', 'c')).toEqual([
      'cmake',
      'cmsis-pack',
    ]);
    expect(await sorted('--config', 'x.json', 'test', 'm', '--on', 're')).toEqual([
      'reference',
      'renode',
    ]);
    expect(await sorted('fit', 'm', '-b', 'nrf')).toEqual(['nrf52840-dk']);
    expect(await sorted('explain', 'bad-mod')).toEqual([]);
    expect(await sorted('explain', 'no-k')).toEqual(['no-kernel']);
    expect(await sorted('boards', 'rp')).toEqual(['rp2040-pico']);
    // Options that stand behind any command.
    expect(await sorted('boards', '--js')).toEqual(['--json']);
  });
});

it('knows every command and every option of the program', async () => {
  const { program } = makeProgram(new AbortController().signal);
  const { out } = await thimble(['completion', 'bash']);
  for (const command of program.commands) {
    const [, offered = ''] = new RegExp(`'${command.name()}'\\) if.*?-W '([^']*)'`).exec(out) ?? [];
    const flags = command.options.flatMap(({ long, short }) => [long, short]).filter(Boolean);
    expect(flags.filter((flag) => !offered.split(' ').includes(flag!))).toEqual([]);
  }
});

it('of a shell that there is none for is refused, with the nearest', async () => {
  const { code, err } = await thimble(['completion', 'zhs']);
  expect([code, err]).toEqual([2, expect.stringContaining('did you mean "zsh"?')]);
});
