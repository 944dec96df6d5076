import type { StoredWeights, WeightFormat, WeightMatrix } from './format.ts';
import { decodeSymbols, encodeSymbols, measureSymbols } from './huffman.ts';
import { pairs2, pairs4, pairs8 } from './pairs.ts';
import { quads } from './quads.ts';

/** How the four weights of a stored word lie in it. */
export type Split = 'pairs' | 'bytes';

/** A format whose weights are Huffman codes, to be decoded to those of another. */
export interface CodedFormat extends WeightFormat {
  readonly split: Split;
  /** Bytes in flash, and how many weights have a code. */
  measure(matrix: WeightMatrix): { bytes: number; distinct: number };
}

export const codedPairs2 = coded(pairs2, 'pairs');
export const codedPairs4 = coded(pairs4, 'pairs');
export const codedPairs8 = coded(pairs8, 'pairs');
export const codedQuads = coded(quads, 'bytes');

function coded(base: WeightFormat, split: Split): CodedFormat {
  const symbols = (matrix: WeightMatrix) => symbolsOf(toWords(base.encode(matrix)), split);
  const measure = (matrix: WeightMatrix) => measureSymbols(symbols(matrix));
  return {
    ...{ name: `huffman-${base.name}`, compressed: true, split, measure },
    reject: (matrix) => base.reject(matrix),
    bytes: (matrix) => measure(matrix).bytes,
    encode: (matrix) => encodeSymbols(symbols(matrix)),
    decode(stored, rows, columns) {
      const like = base.encode({ rows, columns, data: new Int8Array(rows * columns) });
      const words = wordsOf(decodeSymbols(stored as Uint32Array, like.byteLength), split);
      return base.decode(
        like instanceof Int8Array ? new Int8Array(words.buffer) : words,
        rows,
        columns,
      );
    },
  };
}

/** The weights in words, each as a byte: those of two channels in turn, or as they lie. */
export function symbolsOf(words: Uint32Array, split: Split): Uint8Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice();
  // 256 * A + B, where B below 0 takes one from the upper byte.
  if (split === 'pairs')
    for (let i = 0; i < bytes.length; i += 2) {
      const low = bytes[i]!;
      bytes[i] = bytes[i + 1]! + (low >> 7);
      bytes[i + 1] = low;
    }
  return bytes;
}

function wordsOf(symbols: Uint8Array, split: Split): Uint32Array {
  const bytes = symbols.slice();
  if (split === 'pairs')
    for (let i = 0; i < bytes.length; i += 2) {
      const low = symbols[i + 1]!;
      bytes[i] = low;
      bytes[i + 1] = symbols[i]! - (low >> 7);
    }
  return new Uint32Array(bytes.buffer);
}

/** Stored weights as words, of which they fill a whole number. */
export function toWords(stored: StoredWeights): Uint32Array {
  return new Uint32Array(stored.buffer, stored.byteOffset, stored.byteLength / 4);
}
