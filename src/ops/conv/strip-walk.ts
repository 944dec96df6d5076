import { assert } from '../../support/diagnostics.ts';
import {
  CROSSING,
  isNeeded,
  productsOf,
  usedRows,
  valuesInOrder,
  wordOf,
} from './strip-products.ts';
import { Registers } from './strip-registers.ts';
import { range, tapWords, wordsOf } from './strip-window.ts';
import type { Walk } from './strip-window.ts';

const SUMS = ['r4', 'r5', 'r6', 'r7'];
const FREE = ['r1', 'r2', 'r3', 'r8', 'r9'];
/** Registers that nothing but a column's products uses: weights may stay in them. */
const KEPT = ['r10', 'r11', 'r12', 'lr'];

/** The instructions of a walk: once a channel, and for each output column of four rows. */
export interface WalkCode {
  readonly before: readonly string[];
  readonly column: readonly string[];
}

/**
 * Adds one output column of four rows to r4 to r7, which begin with what r7 holds: r0 points to
 * the record, the widened weights stand at sp + `weightsAt`.
 */
export function walkCode(walk: Walk, weightsAt: number): WalkCode {
  // As many weights stay in registers as leave enough of them for the rest.
  const most = Math.min(KEPT.length, tapWords(walk).length);
  const codes = range(most + 1).map((keep) => withKept(walk, weightsAt, keep));
  const code = codes.reverse().find((found) => found !== undefined);
  assert(code !== undefined, 'the walk needs more registers than there are');
  return code;
}

function withKept(walk: Walk, weightsAt: number, keep: number): WalkCode | undefined {
  const registers = new Registers([...FREE, ...KEPT.slice(keep)]);
  const before = range(keep).map((weight) => {
    registers.hold(`W${weight}`, KEPT[weight]!);
    return `ldr ${KEPT[weight]!}, [sp, #${weightsAt + 4 * weight}]`;
  });
  const state: State = { weightsAt, keep, started: new Set(), registers };
  const column = range(walk.width).flatMap((x) => windowColumn(walk, x, state));
  return registers.short ? undefined : { before, column };
}

interface State {
  readonly weightsAt: number;
  readonly keep: number;
  readonly started: Set<number>;
  readonly registers: Registers;
}

// One column of the window.
function windowColumn(walk: Walk, x: number, state: State): string[] {
  const { registers, started } = state;
  const products = productsOf(walk, x);
  const values = valuesInOrder(wordsOf(walk)).filter((value) => isNeeded(value, products));
  const words = [...new Set(values.map(wordOf))];
  const weights = [...new Set(products.map(({ weight }) => weight))];
  const later = new Set(
    range(walk.width)
      .slice(x + 1)
      .flatMap((next) => productsOf(walk, next).map(({ weight }) => weight)),
  );
  const single = (word: number) => !values.includes(`O${word}`) && usedRows(word, products) === 1;
  const lines: string[] = [];
  const load = (word: number) => {
    const op = single(word) ? 'ldrsb' : 'ldr';
    const at = walk.line ? 16 * word : 16 * wordsOf(walk) * x + 4 * word;
    lines.push(`${op} ${registers.take(`E${word}`)}, [r0, #${at}]`);
  };
  const widen = (word: number) => {
    if (single(word)) return;
    const even = registers.of(`E${word}`);
    if (values.includes(`O${word}`))
      lines.push(`sxtb16 ${registers.take(`O${word}`)}, ${even}, ror #8`);
    lines.push(`sxtb16 ${even}, ${even}`);
  };

  // Loads cost one cycle each where they follow one another.
  const ahead = words.slice(0, 2);
  const missing = weights.filter((weight) => !registers.has(`W${weight}`));
  ahead.forEach(load);
  for (const weight of missing)
    lines.push(`ldr ${registers.take(`W${weight}`)}, [sp, #${state.weightsAt + 4 * weight}]`);
  const third = words[2];
  const unwidened = ahead.filter((word) => values.includes(`O${word}`) && !single(word)).length;
  if (third !== undefined && registers.left > unwidened) {
    ahead.push(third);
    load(third);
  }
  ahead.slice(0, 2).forEach(widen);
  const ready = new Set(ahead.slice(0, 2));
  const prepare = (word: number) => {
    if (ready.has(word)) return;
    ready.add(word);
    if (!ahead.includes(word)) load(word);
    widen(word);
  };

  values.forEach((value, i) => {
    const word = wordOf(value);
    prepare(word);
    const half = CROSSING[value[0]!];
    if (half !== undefined) {
      prepare(word + 1);
      const from = registers.of(`${half}${word}`);
      lines.push(`pkhbt ${from}, ${registers.of(`${half}${word + 1}`)}, ${from}`);
      registers.rename(`${half}${word}`, value);
    }
    for (const { sum, op, weight } of products.filter((product) => product.value === value)) {
      const first = !started.has(sum);
      if (first) assert(sum !== 3 || started.size === 3, 'the last sum begins last');
      started.add(sum);
      const addend = SUMS[first ? 3 : sum]!;
      const from = [registers.of(value), registers.of(`W${weight}`), addend];
      lines.push(`${op} ${SUMS[sum]!}, ${from.join(', ')}`);
    }
    const crosses = values
      .slice(i + 1)
      .some((v) => wordOf(v) === word && CROSSING[v[0]!] === value[0]);
    if (!crosses) registers.release(value);
  });
  for (const weight of weights)
    if (weight >= state.keep && !later.has(weight)) registers.release(`W${weight}`);
  return lines;
}
