import type { Argument, Command, Option } from 'commander';
import { boardNames } from '../../target/load-board.ts';
import { CODES } from '../codes.ts';
import type { ChoiceParser } from '../option-values.ts';
import { SHELLS } from './shells.ts';

/** What a command line can go on with, for scripts that complete it. */
export interface CommandWords {
  /** '' for the program itself, whose options stand before any command. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** What the command's operands may be: words of a list, or files. */
  readonly operand: Operand;
}

export interface OptionWords {
  /** As it is written: '-o', '--output'. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What follows it; nothing for a switch. */
  readonly value: Operand;
}

/** A list of words, names of files (or words that no list has), or nothing. */
export type Operand = readonly string[] | 'file' | undefined;

/** Options of which the values are boards, and operands that are one of a list. */
const OPERANDS: Readonly<Record<string, () => readonly string[]>> = {
  board: boardNames,
  code: () => Object.keys(CODES),
  shell: () => SHELLS,
};

/** The words of a program, its own options first; those stand behind a command, too. */
export function wordsOf(program: Command): CommandWords[] {
  const own = program.options.map(optionWords);
  const names = program.commands.map((command) => command.name());
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.map(optionWords), ...own, HELP],
    operand: operandOf(command.registeredArguments),
  }));
  const description = program.description();
  return [{ name: '', description, options: [...own, HELP], operand: names }, ...commands];
}

const HELP: OptionWords = {
  flags: ['-h', '--help'],
  description: 'display help for command',
  value: undefined,
};

function optionWords(option: Option): OptionWords {
  const { short, long, description, required, optional } = option;
  const flags = [short, long].filter((flag) => flag !== undefined);
  return { flags, description, value: required || optional ? valueOf(option) : undefined };
}

function valueOf(option: Option): Operand {
  const { choices } = (option.parseArg ?? {}) as Partial<ChoiceParser<unknown>>;
  return choices ?? OPERANDS[option.attributeName()]?.() ?? 'file';
}

function operandOf([first]: readonly Argument[]): Operand {
  return first && (OPERANDS[first.name()]?.() ?? 'file');
}
