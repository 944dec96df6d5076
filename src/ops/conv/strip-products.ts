import { pairsOf, range, rowOrder, singleTaps, tapWords } from './strip-window.ts';
import type { Walk } from './strip-window.ts';

// A multiplication: `sum` += `value` (E or O of a word, or X: crossing into the next word) * weight.
export interface Product {
  readonly sum: number;
  readonly value: string;
  readonly op: string;
  readonly weight: number;
  readonly rows: readonly number[];
}

/** Values that hold rows of two words take the place of a value of the first. */
export const CROSSING: Readonly<Record<string, string>> = { X: 'E', Y: 'O' };

/** The word of a record that a value is made from. */
export function wordOf(value: string): number {
  return Number(value.slice(1));
}

/** E0 O0 X0 Y0 E1 …: a word's bytes 0 and 2, 1 and 3; 2 and the next word's 0, 3 and its 1. */
export function valuesInOrder(words: number): string[] {
  return range(words).flatMap((w) => [`E${w}`, `O${w}`, `X${w}`, `Y${w}`]);
}

/** Whether the products use a value, or one that is made from it. */
export function isNeeded(value: string, products: readonly Product[]): boolean {
  const uses = (name: string) => products.some((product) => product.value === name);
  const word = wordOf(value);
  if (uses(value)) return true;
  if (value.startsWith('E')) return uses(`X${word}`) || uses(`X${word - 1}`);
  if (value.startsWith('O')) return uses(`Y${word}`) || uses(`Y${word - 1}`);
  return false;
}

/** How many rows of a word the products read. */
export function usedRows(word: number, products: readonly Product[]): number {
  return new Set(products.flatMap(({ rows }) => rows).filter((row) => row >> 2 === word)).size;
}

/** The products of column `x` of the window with four output rows. */
export function productsOf(walk: Walk, x: number): Product[] {
  const { width, stride } = walk;
  const words = tapWords(walk);
  const { tops, step } = pairsOf(walk);
  const at = (tap: number) => {
    const weight = words.findIndex((pair) => pair.includes(tap));
    return { weight, half: words[weight]!.indexOf(tap) === 0 ? 'b' : 't' };
  };
  const order = rowOrder(walk);
  const place = (row: number) => {
    const byte = order[row & 3]!;
    return { value: `${'EO'[byte & 1]!}${row >> 2}`, half: (byte & 2) === 0 ? 'b' : 't' };
  };
  return range(4).flatMap((sum) => {
    const pairs = tops.map((t): Product => {
      const row = sum * stride[0] + t;
      const crossing = step === 2 && (row & 2) !== 0;
      const { weight } = at(t * width + x);
      const value = crossing ? `${'XY'[row & 1]!}${row >> 2}` : place(row).value;
      return { sum, value, op: crossing ? 'smladx' : 'smlad', weight, rows: [row, row + step] };
    });
    const singles = singleTaps(walk).map((t): Product => {
      const row = sum * stride[0] + t;
      const { weight, half } = at(t * width + x);
      const { value, half: from } = place(row);
      return { sum, value, op: `smla${from}${half}`, weight, rows: [row] };
    });
    return [...pairs, ...singles];
  });
}
