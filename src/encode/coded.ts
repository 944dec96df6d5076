import type { StoredWeights, WeightFormat, WeightMatrix } from './format.ts';
import { decodeGaps, encodeGaps, measureGaps } from './gap-codes.ts';
import { decodeSymbols, encodeSymbols, measureSymbols } from './huffman.ts';
import { pairs2, pairs4, pairs8 } from './pairs.ts';
import { quads } from './quads.ts';

/** How the four weights of a stored word lie in it. */
export type Split = 'pairs' | 'bytes';

/** What codes take: bytes in flash, how many weights have one, and how many symbols there are. */
export interface CodeSize {
  readonly bytes: number;
  readonly symbols: number;
  readonly distinct: number;
}

/** A format whose weights are Huffman codes, to be decoded to those of another. */
export interface CodedFormat extends WeightFormat {
  readonly split: Split;
  /** Whether zeros are told by gaps between the others. */
  readonly gaps: boolean;
  /** What the codes of words of the other format take. */
  measureWords(words: Uint32Array): CodeSize;
  encodeWords(words: Uint32Array): Uint32Array;
}

export const codedPairs2 = formsOf(pairs2, 'pairs');
export const codedPairs4 = formsOf(pairs4, 'pairs');
export const codedPairs8 = formsOf(pairs8, 'pairs');
export const codedQuads = formsOf(quads, 'bytes');

// Codes of all weights, and of those that are not zero.
function formsOf(base: WeightFormat, split: Split): readonly CodedFormat[] {
  return [false, true].map((gaps) => coded(base, split, gaps));
}

function coded(base: WeightFormat, split: Split, gaps: boolean): CodedFormat {
  const measureWords = (words: Uint32Array): CodeSize => {
    const symbols = symbolsOf(words, split);
    if (!gaps) return { symbols: symbols.length, ...measureSymbols(symbols) };
    const { entries, ...size } = measureGaps(symbols);
    return { symbols: entries, ...size };
  };
  const encodeWords = (words: Uint32Array) =>
    (gaps ? encodeGaps : encodeSymbols)(symbolsOf(words, split));
  const wordsIn = (matrix: WeightMatrix) => toWords(base.encode(matrix));
  return {
    ...{ name: `huffman-${gaps ? 'gaps-' : ''}${base.name}`, compressed: true },
    ...{ split, gaps, measureWords, encodeWords },
    reject: (matrix) => base.reject(matrix),
    bytes: (matrix) => measureWords(wordsIn(matrix)).bytes,
    encode: (matrix) => encodeWords(wordsIn(matrix)),
    decode(stored, rows, columns) {
      const like = base.encode({ rows, columns, data: new Int8Array(rows * columns) });
      const symbols = (gaps ? decodeGaps : decodeSymbols)(stored as Uint32Array, like.byteLength);
      const words = wordsOf(symbols, split);
      return base.decode(
        like instanceof Int8Array ? new Int8Array(words.buffer) : words,
        rows,
        columns,
      );
    },
  };
}

// The weights in words, each as a byte: those of two channels in turn, or as they lie.
function symbolsOf(words: Uint32Array, split: Split): Uint8Array {
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
