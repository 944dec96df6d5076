import type { RowRule } from '../ops/rows.ts';
import { alignUp } from '../support/bytes.ts';
import { memoise } from '../support/memoise.ts';
import type { RowStep } from './row-graph.ts';

/** Rows of an input that have to be there for all output rows before `to`. */
export function rowsNeeded({ stride, rows, padding }: RowRule, to: number, height: number): number {
  return Math.min(height, (to - 1) * stride + rows - padding);
}

const heldBy = memoise<RowStep, Map<string, number>>(() => new Map());

/**
 * Rows that a ring holds of a tensor of `height` rows with one reader: it hangs on how many rows its
 * maker and its reader compute at a time, and on nothing else. 0: nobody needs any.
 */
export function rowsHeld(
  height: number,
  reader: RowStep,
  granules: readonly [number, number],
): number {
  const known = heldBy(reader);
  const key = `${height} ${granules.join()}`;
  let held = known.get(key);
  if (held === undefined) known.set(key, (held = holdRows(height, reader, granules)));
  return held;
}

function holdRows(
  height: number,
  { rule, height: rows }: RowStep,
  [granule, reading]: readonly [number, number],
): number {
  const { stride, padding } = rule!;
  let [ready, held] = [0, 0];
  for (let row = 0; row < rows; row += reading) {
    const needed = rowsNeeded(rule!, Math.min(row + reading, rows), height);
    if (needed <= ready) continue;
    ready = Math.min(alignUp(needed, granule), height);
    held = Math.max(held, ready - Math.max(0, row * stride - padding));
  }
  return ready === 0 ? 0 : Math.max(held, Math.min(granule, height));
}
