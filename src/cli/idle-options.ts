import type { Command } from 'commander';
import type { Diagnostic } from '../support/diagnostics.ts';
import { badOption } from './option-values.ts';

type Values = Readonly<Record<string, unknown>>;

interface Rule {
  /** Attributes of the options, as commander names them. */
  readonly options: readonly string[];
  readonly applies: (values: Values) => boolean;
  readonly message: string;
  readonly hint: string;
}

/** Options that do nothing unless another one lets them: given all the same, they are refused. */
const RULES: readonly Rule[] = [
  {
    options: ['method', 'io', 'range', 'force'],
    applies: ({ calibrate, train }) => calibrate !== undefined || train !== undefined,
    message: 'nothing is quantized',
    hint: 'add --calibrate with a folder of inputs, or leave it out',
  },
  {
    options: ['epochs', 'rate', 'patience'],
    applies: ({ train }) => train !== undefined,
    message: 'nothing is trained',
    hint: 'add --train with a folder of labelled inputs, or leave it out',
  },
  {
    options: ['seed', 'count'],
    applies: ({ inputs }) => inputs === undefined,
    message: 'the vectors come from --inputs',
    hint: 'leave one of the two out',
  },
  {
    options: ['flame'],
    applies: ({ on }) => on === 'renode',
    message: "the flame graph comes from Renode's profiler",
    hint: 'add --on renode',
  },
  {
    options: ['updateBudget'],
    applies: ({ on }) => on === 'qemu' || on === 'renode',
    message: 'instructions and memory are counted by an emulator only',
    hint: 'add --on qemu or --on renode',
  },
];

/** What is wrong with options of a command that would have no effect. */
export function idleOptions(command: Command): Diagnostic[] {
  const values = command.optsWithGlobals<Values>();
  const given = command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  const idle = RULES.filter(({ applies }) => !applies(values)).flatMap(
    ({ options, message, hint }) =>
      given
        .filter((option) => options.includes(option.attributeName()))
        .map(({ long }) => badOption(long!, `${long} would do nothing: ${message}`, hint)),
  );
  return [...idle, ...limitsWithoutBoard(command, values)];
}

// Options of all commands that only those with a board heed.
function limitsWithoutBoard(command: Command, values: Values): Diagnostic[] {
  const hasBoard = command.options.some((option) => option.attributeName() === 'board');
  // `init` only writes the board's name down.
  if (hasBoard && command.name() !== 'init') return [];
  return ['ram', 'flash']
    .filter((name) => values[name] !== undefined)
    .map((name) =>
      badOption(
        `--${name}`,
        `--${name} would do nothing: ${command.name()} compiles for no board`,
        'leave it out',
      ),
    );
}
