import type { Encoding } from './encoding.ts';

/**
 * Two output channels a word: for channels A, B and taps k, l the halves are 256 * A[k] + B[k] and
 * 256 * A[l] + B[l]. Laid out [rows / 4][columns / 2][2 words], rows and columns padded with zeros.
 * Weights of -128 do not fit (256 * A + B could leave 16 bits): the kernels reject them.
 *
 * `tapOf` gives the column that stands at a position: the order in which the kernel widens taps.
 */
export function pairs(order: 'natural' | 'sxtb16'): Encoding<Uint32Array> {
  const tapOf = order === 'natural' ? (k: number) => k : swapMiddle;
  return {
    name: 'pairs',
    encode({ rows, columns, data }) {
      const at = (row: number, k: number) =>
        row < rows && k < columns ? data[row * columns + k]! : 0;
      const half = (row: number, k: number) => (256 * at(row, k) + at(row + 1, k)) & 0xffff;
      const words: number[] = [];
      for (let row = 0; row < rows; row += 4)
        for (let k = 0; k < columns; k += 2)
          for (const pair of [row, row + 2])
            words.push(half(pair, tapOf(k)) | (half(pair, tapOf(k + 1)) << 16));
      return Uint32Array.from(words);
    },
    decode(words, rows, columns) {
      const data = new Int8Array(rows * columns);
      const set = (row: number, k: number, weight: number) => {
        if (row < rows && k < columns) data[row * columns + k] = weight;
      };
      let i = 0;
      for (let row = 0; row < rows; row += 4)
        for (let k = 0; k < columns; k += 2)
          for (const pair of [row, row + 2]) {
            const word = words[i++]!;
            for (const [position, half] of [word & 0xffff, word >>> 16].entries()) {
              const low = (half << 24) >> 24;
              set(pair, tapOf(k + position), (((half - low) << 16) >> 24) | 0);
              set(pair + 1, tapOf(k + position), low);
            }
          }
      return { rows, columns, data };
    },
  };
}

// SXTB16 takes bytes 0 and 2 of a word, then 1 and 3.
function swapMiddle(k: number): number {
  const within = k & 3;
  return k - within + [0, 2, 1, 3][within]!;
}
