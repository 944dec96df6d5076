import { parseSize } from '../support/bytes.ts';
import { CompileError, nearest } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';

/** What stands for a value that an option does not take, until all of them are told. */
class Refused {
  constructor(readonly diagnostics: readonly Diagnostic[]) {}
}

/** A parser for commander. What it refuses is told by `refusedValues`, together with all else that is wrong. */
export type OptionParser<T> = (text: string) => T;

/** Makes a parser of a function that throws CompileError. */
export function parser<T>(parse: (text: string) => T): OptionParser<T> {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof CompileError) return new Refused(error.diagnostics) as T;
      throw error;
    }
  };
}

/** What is wrong with the values of a command's options. */
export function refusedValues(options: Readonly<Record<string, unknown>>): Diagnostic[] {
  return Object.values(options)
    .flat()
    .flatMap((value) => (value instanceof Refused ? value.diagnostics : []));
}

/** The values of an option that may stand several times, in their order. */
export function listOf<T>(parse: (text: string) => T): (text: string, before?: T[]) => T[] {
  return (text, before = []) => [...before, parser(parse)(text)];
}

export const sizeOption = (option: string): OptionParser<number> =>
  parser((text) => sizeOf(option, text));

export const secondsOption = (option: string): OptionParser<number> =>
  parser((text) => numberOf(option, text, LEAST_SECONDS, MOST_SECONDS));

export const numberOption = (option: string, least: number, most = Infinity) =>
  parser((text) => numberOf(option, text, least, most));

export const wholeOption = (option: string, least: number, most: number): OptionParser<number> =>
  parser((text) => wholeOf(option, text, least, most));

/** Such as 4000000, 4000k or 4M. */
export const countOption = (option: string): OptionParser<number> =>
  parser((text) => countOf(option, text));

/** Such as 0.5% or 0.005. */
export const shareOption = (option: string): OptionParser<number> =>
  parser((text) => {
    const match = /^(\d*\.?\d+)(%?)$/.exec(text);
    const share = match ? Number(match[1]) / (match[2] ? 100 : 1) : Infinity;
    if (share <= 1) return share;
    throw badValue(option, text, 'a share such as 0.5% or 0.005');
  });

/** A parser of an option that takes one of a few words; completion offers them. */
export interface ChoiceParser<T> extends OptionParser<T> {
  readonly choices: readonly string[];
}

export const choiceOption = <T extends string>(
  option: string,
  choices: readonly T[],
): ChoiceParser<T> =>
  offering(
    choices,
    parser((text) => choiceOf(option, text, choices)),
  );

/** The same of a parser that looks at its text by itself. */
export function offering<T>(choices: readonly string[], parse: OptionParser<T>): ChoiceParser<T> {
  return Object.assign((text: string) => parse(text), { choices });
}

/** What a timer of Node can wait: 2^31 ms are 24 days. */
export const [LEAST_SECONDS, MOST_SECONDS] = [0.1, 2_000_000];

export function sizeOf(option: string, text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw badValue(option, text, 'a size such as 64K or 1M');
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least && value <= most) return value;
  throw badValue(option, text, `a number ${rangeOf(least, most)}`);
}

export function wholeOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw badValue(option, text, `a whole number ${rangeOf(least, most)}`);
}

export function choiceOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const close = nearest(text, choices);
  const wanted = `one of ${choices.join(', ')}`;
  throw badValue(option, text, wanted, close && `did you mean ${option} ${close}?`);
}

function countOf(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text);
  const value = match ? Math.round(Number(match[1]) * { '': 1, k: 1e3, M: 1e6 }[match[2]!]!) : 0;
  if (value >= 1 && Number.isSafeInteger(value)) return value;
  throw badValue(option, text, 'a count such as 4000000, 4000k or 4M');
}

function rangeOf(least: number, most: number): string {
  return most === Infinity ? `from ${least} on` : `from ${least} to ${most}`;
}

function badValue(
  option: string,
  text: string,
  wanted: string,
  hint = 'thimble COMMAND --help lists the options',
): CompileError {
  return new CompileError(badOption(option, `${option} "${text}" is not ${wanted}`, hint));
}

/** What is wrong with an option. */
export function badOption(option: string, message: string, hint: string): Diagnostic {
  return { code: 'bad-option', message, where: option, hint };
}
