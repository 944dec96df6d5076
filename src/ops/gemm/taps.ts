import type { WeightMatrix } from '../../encode/format.ts';

/** The taps of a window as the kernels widen them: `rows` of `length` taps that lie side by side. */
export interface TapRows {
  readonly rows: number;
  readonly length: number;
  /** Taps of a row with what fills its last words. */
  readonly padded: number;
  /** The tap of the matrix that stands at (row, index). */
  tapAt(row: number, index: number): number;
}

/**
 * The weights in the order in which the kernels widen taps: of each four of a row 0 and 2, 1 and 3; so of
 * three last ones; one or two last ones as they are; or where `place` says. Halves without a tap hold `filling`.
 */
export function arrangeTaps(
  { rows, columns, data }: WeightMatrix,
  taps: TapRows,
  filling: number,
  place = placeOf,
): WeightMatrix {
  const arranged = new Int8Array(rows * taps.rows * taps.padded).fill(filling);
  for (let row = 0; row < taps.rows; row++)
    for (let index = 0; index < taps.length; index++) {
      const tap = taps.tapAt(row, index);
      const to = row * taps.padded + place(index, taps.length);
      for (let channel = 0; channel < rows; channel++)
        arranged[channel * taps.rows * taps.padded + to] = data[channel * columns + tap]!;
    }
  return { rows, columns: taps.rows * taps.padded, data: arranged };
}

function placeOf(index: number, length: number): number {
  const four = index - (index & 3);
  return length - four > 2 ? four + [0, 2, 1, 3][index & 3]! : index;
}
