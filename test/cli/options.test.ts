import { expect, it } from 'vitest';
import { makeProgram } from '../../src/cli/program.ts';
import { CompileError } from '../../src/support/diagnostics.ts';

async function optionsRefused(args: readonly string[]): Promise<string[]> {
  const { program } = makeProgram(new AbortController().signal);
  const error: unknown = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CompileError)) throw new Error('no coded error', { cause: error });
  expect(error.failure).toBe('bad-input');
  expect(new Set(error.diagnostics.map(({ code }) => code))).toEqual(new Set(['bad-option']));
  return error.diagnostics.map(({ where }) => where!).sort();
}

// None of these models exists: options are looked at first.
const COMPILING = [
  '--ram',
  '-1',
  '--flash',
  '1X',
  '--optimize',
  'x',
  '--encoding',
  'y',
  '--shape',
  'a',
  '--range',
  'b',
  '--freeze',
  'c',
  '--input-layout',
  'chw',
];
const TOLD = [
  '--encoding',
  '--flash',
  '--freeze',
  '--input-layout',
  '--optimize',
  '--ram',
  '--range',
  '--shape',
];
const QUANTIZING = ['--method', 'x', '--io', 'y', '--calibrate', 'none'];

it.each<[string, string[], string[]]>([
  [
    'test',
    ['--on', 'moon', '--seed', '0x1', '--count', '0', '--steps', '1.5', '--shard', '5/4'],
    ['--count', '--on', '--seed', '--shard', '--steps'],
  ],
  ['test', ['--reporter', 'x', '--timeout', '1e9'], ['--reporter', '--timeout']],
  ['run', ['--input', 'a', '--output', 'b', '--on', '', '--timeout', ''], ['--on', '--timeout']],
  ['bench', ['--on', 'host', '--timeout', 'NaN'], ['--on', '--timeout']],
  ['renode', ['-o', 'out', '--count', '-0', '--seed', '-1'], ['--count', '--seed']],
  ['build', ['-o', 'out', '--vectors', 'all'], ['--vectors']],
  ['compile', ['-o', 'out'], []],
])('%s tells all options that are wrong at once: %j', async (command, args, wrong) => {
  expect(await optionsRefused([command, 'none', ...args, ...COMPILING, ...QUANTIZING])).toEqual(
    [...wrong, ...TOLD, '--io', '--method'].sort(),
  );
});

it.each<[string[], string[]]>([
  [
    ['compile', 'none', '-o', 'out', '--io', 'int8', '--method', 'mse', '--force'],
    ['--force', '--io', '--method'],
  ],
  [
    ['test', 'none', '--inputs', 'x', '--seed', '1', '--count', '8'],
    ['--count', '--seed'],
  ],
  [['test', 'none', '--on', 'host', '--update-budget'], ['--update-budget']],
  [['test', 'none', '--on', 'reference', '--update-budget'], ['--update-budget']],
  [['test', 'none', '--on', 'serial:/dev/null', '--update-budget'], ['--update-budget']],
  [['bench', 'none', '--flame', 'x.svg'], ['--flame']],
  [
    ['--ram', '1K', '--flash', '2K', 'inspect', 'none'],
    ['--flash', '--ram'],
  ],
  [['quantize', 'none', '--calibrate', 'x', '-o', 'y', '--ram', '1K'], ['--ram']],
  [
    ['--ram', '1K', 'test', 'none', '--on', 'reference', '--flash', '1K'],
    ['--flash', '--ram'],
  ],
  [['--ram', '1K', 'run', 'none', '--on', 'host', '--input', 'x', '--output', 'y'], ['--ram']],
])('an option that would do nothing is refused: %j', async (args, wrong) => {
  expect(await optionsRefused(args)).toEqual(wrong);
});
