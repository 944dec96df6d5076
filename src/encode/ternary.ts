import type { WeightFormat, WeightMatrix } from './format.ts';

/** A format of rows of which each has one size of weights, with either sign, and zeros. */
export interface TernaryFormat extends WeightFormat {
  /** The size of a row's weights, 0 where all are zero. */
  sizeOf(matrix: WeightMatrix, row: number): number;
}

/**
 * Two bits a weight (trained ternary networks: Li, Zhang and Liu, "Ternary weight networks", 2016). A word has
 * four taps of four rows: rotated right by 0, 4, 8, 12 and masked with 0xc003c003 it leaves the halves
 * 2^14 * A + B + 1 of two taps, for rows A and B, then C and D; then for the next two taps. Fields without
 * a tap are 0. Laid out [rows / 4][columns / 4 words, then the sizes of the rows' weights as bytes].
 */
export const ternary4: TernaryFormat = {
  name: 'ternary4',
  compressed: true,
  sizeOf: ({ columns, data }, row) => {
    const weights = data.subarray(row * columns, (row + 1) * columns);
    return Math.abs(weights.find((weight) => weight !== 0) ?? 0);
  },
  reject(matrix) {
    const { rows, columns, data } = matrix;
    for (let row = 0; row < rows; row++) {
      const size = ternary4.sizeOf(matrix, row);
      const weights = data.subarray(row * columns, (row + 1) * columns);
      if (size === 128 || weights.some((weight) => weight !== 0 && Math.abs(weight) !== size))
        return `the weights of row ${row} are more than 0 and one size, up to 127, with either sign`;
    }
    return undefined;
  },
  bytes: ({ rows, columns }) => 4 * Math.ceil(rows / 4) * groupWords(columns),
  encode(matrix) {
    const { rows, columns, data } = matrix;
    const words = new Uint32Array(Math.ceil(rows / 4) * groupWords(columns));
    data.forEach((weight, i) => {
      const { row, word, bit } = placeOf(columns, i);
      const field = row % 2 === 0 ? Math.sign(weight) & 3 : Math.sign(weight) + 1;
      words[word]! |= field << bit;
    });
    for (let row = 0; row < rows; row++)
      words[sizesAt(columns, row)]! |= ternary4.sizeOf(matrix, row) << (8 * (row & 3));
    return words;
  },
  decode(words, rows, columns) {
    const data = new Int8Array(rows * columns).map((_, i) => {
      const { row, word, bit } = placeOf(columns, i);
      const field = (words[word]! >> bit) & 3;
      const size = (words[sizesAt(columns, row)]! >> (8 * (row & 3))) & 127;
      return size * (row % 2 === 0 ? (field << 30) >> 30 : field - 1);
    });
    return { rows, columns, data };
  },
};

// Words of four rows.
function groupWords(columns: number): number {
  return Math.ceil(columns / 4) + 1;
}

function sizesAt(columns: number, row: number): number {
  return ((row >> 2) + 1) * groupWords(columns) - 1;
}

// Where weight i lies: its row, its word, and the lower one of its bits.
function placeOf(columns: number, i: number) {
  const [row, k] = [Math.floor(i / columns), i % columns];
  const inHalves = 16 * (k & 1) + (row % 2 === 0 ? 14 : 0);
  const rotation = 4 * ((row & 2) / 2) + 8 * ((k & 2) / 2);
  return {
    row,
    word: (row >> 2) * groupWords(columns) + (k >> 2),
    bit: (inHalves + rotation) % 32,
  };
}
