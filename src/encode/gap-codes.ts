import { FAR_GAP, toGaps } from './gaps.ts';
import { encodeSymbols, measureSymbols, symbolReader } from './huffman.ts';

/**
 * Bytes of which many are zero as Huffman codes of those that are not, and of the zeros before each (Han,
 * Mao and Dally, "Deep Compression", 2016, sections 2 and 4). A word tells how many words of the first
 * follow; behind them are the second.
 */
export function encodeGaps(bytes: Uint8Array): Uint32Array {
  const { values, gaps } = toGaps(bytes, FAR_GAP);
  const first = encodeSymbols(values);
  return Uint32Array.from([first.length, ...first, ...encodeSymbols(gaps)]);
}

/** Bytes of the words that `encodeGaps` makes, how many entries there are, and how many symbols have a code. */
export function measureGaps(bytes: Uint8Array) {
  const { values, gaps } = toGaps(bytes, FAR_GAP);
  const [first, second] = [measureSymbols(values), measureSymbols(gaps)];
  return {
    bytes: 4 + first.bytes + second.bytes,
    entries: values.length,
    distinct: first.distinct + second.distinct,
  };
}

/** The `count` bytes behind such words. Throws RangeError where they make no sense. */
export function decodeGaps(words: Uint32Array, count: number): Uint8Array {
  const [values = 0] = words;
  const nextValue = symbolReader(words.subarray(1, 1 + values));
  const nextGap = symbolReader(words.subarray(1 + values));
  const bytes = new Uint8Array(count);
  for (let at = -1; at < count - 1;) {
    at += 1 + nextGap();
    if (at >= count) throw new RangeError(`an entry for byte ${at} of ${count}`);
    bytes[at] = nextValue();
  }
  return bytes;
}
