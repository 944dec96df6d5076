import { describe, expect, it } from 'vitest';
import { boardNames } from '../src/target/load-board.ts';
import { boardJson, boardProblems, withValue } from './support/board-json.ts';
import type { Json } from './support/board-json.ts';

/** Texts that would end a line, a comment, a string or a word somewhere that a board's values go. */
const HOSTILE_LINES = ['a\nb', 'a\r\nb', 'a\u2028b', 'a\0b', '\x1b[31ma', 'a\u202eb', '', ' '];
const HOSTILE_TEXTS = [
  ...HOSTILE_LINES,
  ...['x */ #error y /* ', '// x \\', 'a"b', "a'b", 'a`b', '$(x)', '${x}', 'a b', 'a  b', 'a;b'],
  ...['a,b=c', '@x', '../x', '../../etc/passwd', '/etc/passwd', 'a/../../b', '.', '..', '~', '-x'],
  ...['%n', '<b>', '|', '#x', 'x'.repeat(2000), 'ü', '٣', '__proto__ x'],
];
const NO_TEXTS = [null, true, [], {}, ['a'], NaN];
const EXTREMES = [
  ...[0, -0, -1, 0.5, 1e-300, 2 ** 53 - 1, 2 ** 53, 1e21, 1e300, -1e300, Infinity, -Infinity, NaN],
  ...['1', '0x10', null, true, [], {}],
];
const BAD_PLACES = [
  '0x1',
  '0x100000000',
  '0x2000000g',
  '20000000',
  '0x20000001',
  '-0x2000000',
  '0x20000000 ',
];
const BAD_SIZES = [
  '0',
  '-1K',
  '1e9',
  '4096M',
  '4294967296',
  '99999999M',
  '1'.repeat(400),
  '4095.99999M',
  '7',
  '1G',
  'K',
];

/** The paths of all values in a JSON document, keys joined by dots. */
function leaves(json: unknown, at: string[] = []): string[][] {
  if (typeof json !== 'object' || json === null) return [at];
  return Object.entries(json).flatMap(([key, value]) => leaves(value, [...at, key]));
}

describe('a board file is data', () => {
  it.each(boardNames())(
    '%s: no value of it can be replaced by code, nonsense or extremes',
    (name) => {
      const board = boardJson(name);
      expect(boardProblems(board)).toEqual([]);
      const accepted = leaves(board).flatMap((at) => {
        const key = at.at(-1)!;
        const old = at.reduce<unknown>((json, each) => (json as Json)[each], board);
        const sentence = ['title', 'source', '$schema'].includes(at[0]!);
        const values =
          typeof old === 'number'
            ? EXTREMES
            : [
                ...(sentence ? HOSTILE_LINES : HOSTILE_TEXTS),
                ...NO_TEXTS,
                ...(['start', 'base', 'address', 'timer'].includes(key) ? BAD_PLACES : []),
                ...(key === 'size' ? BAD_SIZES : []),
                // The first word of a line of Renode's monitor is a command.
                ...(key === 'uart' ? ['quit', 'python', 'include.x', 'sysbus'] : []),
              ];
        return values
          .filter((value) => boardProblems(withValue(board, at, value)).length === 0)
          .map((value) => [at.join('.'), value]);
      });
      // Half an instruction for each tick is a rate like others.
      const rate = (at: unknown) => at === 'emulators.qemu.ticksPerInstruction';
      expect(accepted.filter(([at, value]) => !(rate(at) && value === 0.5))).toEqual([]);
    },
  );

  it('no part of it may be missing, and none may be added', () => {
    const board = boardJson('stm32f4-discovery');
    const optional = ['$schema', 'set', 'clear', 'setup', 'speed', 'clock'];
    for (const at of leaves(board).filter((each) => !optional.includes(each.at(-1)!)))
      expect(boardProblems(withValue(board, at, undefined)), at.join('.')).not.toEqual([]);
    for (const at of [[], ['console'], ['memory', '0'], ['emulators'], ['emulators', 'renode']])
      for (const key of ['extra', '__proto__', 'constructor', 'x\n::error::y']) {
        const text = JSON.stringify(withValue(board, [...at, 'KEY'], { a: 1 }));
        const json = JSON.parse(text.replace('"KEY"', JSON.stringify(key))) as unknown;
        expect(boardProblems(json), `${at.join('.')} ${key}`).not.toEqual([]);
      }
  });
});
