import type { WeightFormat } from './format.ts';

/**
 * Two output channels a word: for channels A, B and taps k, l the halves are 256 * A[k] + B[k] and
 * 256 * A[l] + B[l]. Laid out [rows / group][columns / 2][group / 2 words], rows and columns padded
 * with zeros.
 */
export const pairs2 = inPairs('pairs2', 2);
export const pairs4 = inPairs('pairs4', 4);
export const pairs8 = inPairs('pairs8', 8);

function inPairs(name: string, group: 2 | 4 | 8): WeightFormat {
  return {
    name,
    reject({ rows, columns, data }) {
      for (let row = 0; row + 1 < rows; row += 2)
        for (let k = row * columns; k < (row + 1) * columns; k++)
          if (data[k] === -128 && data[k + columns]! < 0)
            return 'a weight of -128 stands above a negative one: 256 * A + B leaves 16 bits';
      return undefined;
    },
    bytes: ({ rows, columns }) => Math.ceil(rows / group) * group * Math.ceil(columns / 2) * 2,
    encode({ rows, columns, data }) {
      const at = (row: number, k: number) =>
        row < rows && k < columns ? data[row * columns + k]! : 0;
      const half = (row: number, k: number) => (256 * at(row, k) + at(row + 1, k)) & 0xffff;
      const words = new Uint32Array((Math.ceil(rows / group) * group * Math.ceil(columns / 2)) / 2);
      let i = 0;
      for (let first = 0; first < rows; first += group)
        for (let k = 0; k < columns; k += 2)
          for (let row = first; row < first + group; row += 2)
            words[i++] = half(row, k) | (half(row, k + 1) << 16);
      return words;
    },
    decode(words, rows, columns) {
      const data = new Int8Array(rows * columns);
      const set = (row: number, k: number, weight: number) => {
        if (row < rows && k < columns) data[row * columns + k] = weight;
      };
      let i = 0;
      for (let first = 0; first < rows; first += group)
        for (let k = 0; k < columns; k += 2)
          for (let row = first; row < first + group; row += 2) {
            const word = words[i++]!;
            for (const [position, half] of [word & 0xffff, word >>> 16].entries()) {
              const low = (half << 24) >> 24;
              set(row, k + position, ((half - low) << 16) >> 24);
              set(row + 1, k + position, low);
            }
          }
      return { rows, columns, data };
    },
  };
}
