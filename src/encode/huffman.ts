import { codeLengths } from './code-lengths.ts';

/** No code is longer: a table with a place for each so many bits tells every symbol. */
export const LONGEST_CODE = 10;
/** Halfwords in front: how many codes have each length, from one bit on. */
const COUNTS = LONGEST_CODE;

/**
 * Bytes as canonical Huffman codes (Schwartz and Kallick, "Generating a canonical prefix encoding", CACM 7,
 * 1964; Han, Mao and Dally, "Deep Compression", 2016, section 4). In words of little-endian halfwords: the
 * number of codes of each length, the symbols in the order of their codes, two a halfword, then the codes,
 * the first bit of each highest, in halfwords that start with a word.
 */
export function encodeSymbols(symbols: Uint8Array): Uint32Array {
  const { lengths, order, bytes } = codeOf(symbols);
  const halves = new Uint16Array(bytes / 2);
  for (const length of lengths) if (length > 0) halves[length - 1]!++;
  order.forEach((symbol, i) => (halves[COUNTS + (i >> 1)]! |= symbol << (8 * (i & 1))));
  const codes = canonical(order, lengths);
  let at = 16 * streamStart(order.length);
  for (const symbol of symbols) {
    const code = codes[symbol]! << (32 - lengths[symbol]! - (at & 15));
    halves[at >> 4]! |= code >>> 16;
    // The last code may end with its halfword.
    if ((code & 0xffff) !== 0) halves[(at >> 4) + 1]! |= code & 0xffff;
    at += lengths[symbol]!;
  }
  return wordsOf(halves);
}

/** Bytes of the words that `encodeSymbols` makes, and how many symbols have a code. */
export function measureSymbols(symbols: Uint8Array): { bytes: number; distinct: number } {
  const { bytes, order } = codeOf(symbols);
  return { bytes, distinct: order.length };
}

/** The first `count` symbols of encoded words. Throws RangeError where a code is none of them, or the words end. */
export function decodeSymbols(words: Uint32Array, count: number): Uint8Array {
  const next = symbolReader(words);
  return Uint8Array.from({ length: count }, next);
}

/** Gives one symbol of encoded words after the other. */
export function symbolReader(words: Uint32Array): () => number {
  const half = (i: number) => (words[i >> 1]! >>> (16 * (i & 1))) & 0xffff;
  const counts = Array.from({ length: COUNTS }, (_, i) => half(i));
  const distinct = counts.reduce((sum, n) => sum + n, 0);
  const end = 32 * words.length;
  let at = 16 * streamStart(distinct);
  let i = -1;
  return () => {
    i++;
    let [code, first, before, length] = [0, 0, 0, 0];
    do {
      if (length === LONGEST_CODE || at >= end) throw new RangeError(`symbol ${i} has no code`);
      first = (first + (length === 0 ? 0 : counts[length - 1]!)) << 1;
      before += length === 0 ? 0 : counts[length - 1]!;
      code = (code << 1) | ((half(at >> 4) >> (15 - (at & 15))) & 1);
      at++;
      length++;
    } while (code - first >= counts[length - 1]!);
    const place = before + code - first;
    return (half(COUNTS + (place >> 1)) >> (8 * (place & 1))) & 255;
  };
}

// The halfword where the codes start.
function streamStart(distinct: number): number {
  return 2 * Math.ceil((COUNTS + Math.ceil(distinct / 2)) / 2);
}

function codeOf(symbols: Uint8Array) {
  const counts = new Uint32Array(256);
  for (const symbol of symbols) counts[symbol]!++;
  const used = [...counts.keys()].filter((symbol) => counts[symbol]! > 0);
  const found = codeLengths(
    used.map((symbol) => counts[symbol]!),
    LONGEST_CODE,
  );
  const lengths = new Uint8Array(256);
  used.forEach((symbol, i) => (lengths[symbol] = found[i]!));
  const order = used.sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const bits = used.reduce((sum, symbol) => sum + counts[symbol]! * lengths[symbol]!, 0);
  return { lengths, order, bytes: 2 * streamStart(order.length) + 4 * Math.ceil(bits / 32) };
}

// Codes of one length follow one another; the first is twice the one after the last that is shorter by one.
function canonical(order: readonly number[], lengths: Uint8Array): Uint16Array {
  const codes = new Uint16Array(256);
  let [next, length] = [0, 0];
  for (const symbol of order) {
    next <<= lengths[symbol]! - length;
    length = lengths[symbol]!;
    codes[symbol] = next++;
  }
  return codes;
}

function wordsOf(halves: Uint16Array): Uint32Array {
  return Uint32Array.from(
    { length: halves.length / 2 },
    (_, i) => (halves[2 * i]! | (halves[2 * i + 1]! << 16)) >>> 0,
  );
}
