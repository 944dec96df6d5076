import type { WeightFormat } from './format.ts';

/** Four rows side by side, [rows / 4][columns][4]: rows are filled up with zeros. */
export const quads: WeightFormat = {
  name: 'quads',
  reject: () => undefined,
  bytes: ({ rows, columns }) => Math.ceil(rows / 4) * columns * 4,
  encode({ rows, columns, data }) {
    const stored = new Int8Array(Math.ceil(rows / 4) * columns * 4);
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < columns; k++) stored[placeOf(row, k, columns)] = data[row * columns + k]!;
    return stored;
  },
  decode(stored, rows, columns) {
    const data = new Int8Array(rows * columns);
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < columns; k++) data[row * columns + k] = stored[placeOf(row, k, columns)]!;
    return { rows, columns, data };
  },
};

function placeOf(row: number, k: number, columns: number): number {
  return ((row >> 2) * columns + k) * 4 + (row & 3);
}
