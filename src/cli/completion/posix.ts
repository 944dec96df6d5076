import type { CommandWords, Operand, OptionWords } from './words.ts';

/** What differs between the two shells: how words and options are offered. */
interface Dialect {
  readonly words: (words: readonly string[]) => string;
  readonly files: string;
  readonly options: (options: readonly OptionWords[]) => string;
}

const BASH: Dialect = {
  words: (words) => `COMPREPLY=($(compgen -W ${quote(words.join(' '))} -- "$word"))`,
  // What `complete -o default` does where there are no replies.
  files: 'COMPREPLY=()',
  options: (options) => BASH.words(options.flatMap(({ flags }) => flags)),
};

const ZSH: Dialect = {
  words: (words) => `compadd -- ${words.map(quote).join(' ')}`,
  files: '_files',
  options: (options) => {
    const told = options.flatMap(({ flags, description }) =>
      flags.map((flag) => quote(`${flag}:${description}`)),
    );
    return `offered=(${told.join(' ')}); _describe option offered`;
  },
};

/** For `eval "$(thimble completion bash)"`, or a file of bash-completion's. */
export function bashScript(commands: readonly CommandWords[]): string[] {
  return [
    '# Completes command lines of thimble in bash; made by "thimble completion bash".',
    '_thimble() {',
    '    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= i',
    '    for ((i = 1; i < COMP_CWORD; i++)); do',
    `        case \${COMP_WORDS[i]} in`,
    `            ${takingValues(commands[0]!.options)}) i=$((i + 1)) ;;`,
    '            -*) ;;',
    '            *) command=${COMP_WORDS[i]}; break ;;',
    '        esac',
    '    done',
    ...cases(commands, BASH),
    '}',
    'complete -o default -F _thimble thimble',
  ];
}

/** For a file `_thimble` in a folder of $fpath, or `source <(thimble completion zsh)`. */
export function zshScript(commands: readonly CommandWords[]): string[] {
  return [
    '#compdef thimble',
    '# Completes command lines of thimble in zsh; made by "thimble completion zsh".',
    '_thimble() {',
    '    local word=$words[CURRENT] previous=$words[CURRENT-1] command= i',
    '    local -a offered',
    '    for ((i = 2; i < CURRENT; i++)); do',
    '        case $words[i] in',
    `            ${takingValues(commands[0]!.options)}) i=$((i + 1)) ;;`,
    '            -*) ;;',
    '            *) command=$words[i]; break ;;',
    '        esac',
    '    done',
    ...cases(commands, ZSH),
    '}',
    'if [ "$funcstack[1]" = _thimble ]; then _thimble "$@"; else compdef _thimble thimble; fi',
  ];
}

// The value of the option before the cursor, else an option, else an operand.
function cases(commands: readonly CommandWords[], dialect: Dialect): string[] {
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ value }) => value !== undefined)
      .map(({ flags, value }) => {
        const patterns = flags.map((flag) => quote(`${name}:${flag}`)).join('|');
        return `        ${patterns}) ${offer(value, dialect)}; return ;;`;
      }),
  );
  const rest = commands.map(
    ({ name, options, operand }) =>
      `        ${quote(name)}) if [[ $word == -* ]]; then ${dialect.options(options)}; else ${offer(operand, dialect)}; fi ;;`,
  );
  return [
    '    case $command:$previous in',
    ...values,
    '    esac',
    '    case $command in',
    ...rest,
    '    esac',
  ];
}

function offer(operand: Operand, dialect: Dialect): string {
  if (operand === undefined) return ':';
  return operand === 'file' ? dialect.files : dialect.words(operand);
}

function takingValues(options: readonly OptionWords[]): string {
  return options
    .filter(({ value }) => value !== undefined)
    .flatMap(({ flags }) => flags)
    .join('|');
}

function quote(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
