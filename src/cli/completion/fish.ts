import type { CommandWords, Operand, OptionWords } from './words.ts';

/** For ~/.config/fish/completions/thimble.fish. */
export function fishScript(commands: readonly CommandWords[]): string[] {
  const [program, ...others] = commands as readonly [CommandWords, ...CommandWords[]];
  return [
    '# Completes command lines of thimble in fish; made by "thimble completion fish".',
    'complete -c thimble -f',
    ...program.options.map((option) => `complete -c thimble ${optionOf(option)}`),
    ...others.map(
      ({ name, description }) =>
        `complete -c thimble -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
    ),
    ...others.flatMap((command) => ofCommand(command, program.options)),
  ];
}

// The program's own options are there already.
function ofCommand(command: CommandWords, own: readonly OptionWords[]): string[] {
  const { name, options, operand } = command;
  const when = `complete -c thimble -n '__fish_seen_subcommand_from ${name}'`;
  const known = own.map(({ flags }) => flags.join());
  return [
    ...(operand === undefined ? [] : [`${when} ${operand === 'file' ? '-F' : wordsOf(operand)}`]),
    ...options
      .filter(({ flags }) => !known.includes(flags.join()))
      .map((option) => `${when} ${optionOf(option)}`),
  ];
}

function optionOf({ flags, description, value }: OptionWords): string {
  const named = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  return [...named, ...valueOf(value), `-d ${quote(description)}`].join(' ');
}

function valueOf(value: Operand): string[] {
  if (value === undefined) return [];
  return value === 'file' ? ['-r -F'] : [`-x ${wordsOf(value)}`];
}

function wordsOf(words: readonly string[]): string {
  return `-a ${quote(words.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
