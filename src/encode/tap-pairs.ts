import type { WeightFormat } from './format.ts';

/**
 * Depthwise weights for SMLAD: a word holds taps t and t + 1 of channels c and c + 1 as the bytes
 * [c t, c+1 t, c t+1, c+1 t+1]. Laid out [rows / 4][columns / 2][2 words]; rows are channels, a
 * multiple of 4, columns are taps, made even with zeros.
 */
export const tapPairs: WeightFormat = {
  name: 'tap-pairs',
  reject: ({ rows }) => (rows % 4 === 0 ? undefined : `takes channels by fours, not ${rows}`),
  bytes: ({ rows, columns }) => rows * Math.ceil(columns / 2) * 2,
  encode({ rows, columns, data }) {
    const byte = (row: number, tap: number) =>
      tap < columns ? data[row * columns + tap]! & 255 : 0;
    const words: number[] = [];
    for (let row = 0; row < rows; row += 4)
      for (let tap = 0; tap < columns; tap += 2)
        for (const c of [row, row + 2]) {
          const low = byte(c, tap) | (byte(c + 1, tap) << 8);
          words.push(low | (byte(c, tap + 1) << 16) | (byte(c + 1, tap + 1) << 24));
        }
    return Uint32Array.from(words);
  },
  decode(words, rows, columns) {
    const data = new Int8Array(rows * columns);
    let i = 0;
    for (let row = 0; row < rows; row += 4)
      for (let tap = 0; tap < columns; tap += 2)
        for (const c of [row, row + 2]) {
          const word = words[i++]!;
          [0, 1, 2, 3].forEach((byte) => {
            const t = tap + (byte >> 1);
            if (t < columns) data[(c + (byte & 1)) * columns + t] = (word << (24 - 8 * byte)) >> 24;
          });
        }
    return { rows, columns, data };
  },
};
