import type { WeightFormat, WeightMatrix } from './format.ts';

/**
 * Four bits a weight, four output channels a halfword: for channels A, B, C, D and a tap it is
 * 4096 * C + 256 * (A + 8) + 16 * (D + 8) + B + 8. A word holds two taps, the first one lower. Laid out
 * [rows / group][columns / 2][group / 4 words], rows and columns padded with zeros.
 */
export const nibbles4 = inNibbles('nibbles4', 4);
export const nibbles8 = inNibbles('nibbles8', 8);

/** Which nibble of a halfword each of four channels has, from the lowest on. */
const PLACES = [2, 0, 3, 1] as const;
/** A word of zeros: the uppermost nibble of a half is signed, the others are weights plus 8. */
const ZEROS = 0x08880888;

function inNibbles(name: string, group: 4 | 8): WeightFormat {
  const wordCount = ({ rows, columns }: Omit<WeightMatrix, 'data'>) =>
    Math.ceil(rows / group) * (group / 4) * Math.ceil(columns / 2);
  // Where a weight lies: its word, and the lowest of its bits.
  const placeOf = (columns: number, row: number, k: number) => {
    const fours = Math.floor(row / group) * Math.ceil(columns / 2) + (k >> 1);
    const word = fours * (group / 4) + ((row % group) >> 2);
    return { word, bit: 16 * (k & 1) + 4 * PLACES[row & 3]! };
  };
  return {
    name,
    compressed: true,
    reject({ data }) {
      const odd = data.find((weight) => weight < -8 || weight > 7);
      return odd === undefined ? undefined : `a weight is ${odd}, outside -8 to 7`;
    },
    bytes: (matrix) => 4 * wordCount(matrix),
    encode(matrix) {
      const words = new Uint32Array(wordCount(matrix)).fill(ZEROS);
      matrix.data.forEach((weight, i) => {
        const [row, k] = [Math.floor(i / matrix.columns), i % matrix.columns];
        const { word, bit } = placeOf(matrix.columns, row, k);
        words[word]! ^= (weight & 15) << bit;
      });
      return words;
    },
    decode(words, rows, columns) {
      const data = new Int8Array(rows * columns).map((_, i) => {
        const { word, bit } = placeOf(columns, Math.floor(i / columns), i % columns);
        return (((words[word]! ^ ZEROS) >> bit) << 28) >> 28;
      });
      return { rows, columns, data };
    },
  };
}
