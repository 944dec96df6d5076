import { FAR_GAP, fromGaps, LONGEST_GAP, toGaps } from './gaps.ts';
import { decodeSymbols, encodeSymbols } from './huffman.ts';

/** Bytes of a constant as canonical Huffman codes; with gaps, those of its entries and of the zeros before each. */
export interface EncodedBytes {
  readonly values: Uint8Array;
  readonly gaps?: Uint8Array;
  /** How many entries have a gap. */
  readonly entries?: number;
  /** The longest gap; 15 when left out. */
  readonly longest_gap?: number;
}

/** What a file keeps beside the codes: fields and lengths. */
const FIELD_BYTES = 12;

/** The shortest form; undefined when neither is shorter than the bytes themselves. */
export function encodeBytes(bytes: Uint8Array): EncodedBytes | undefined {
  if (bytes.length === 0) return undefined;
  const forms = [{ values: codesOf(bytes) }, withGaps(bytes), withGaps(bytes, FAR_GAP)];
  const shortest = forms.reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a));
  return lengthOf(shortest) + FIELD_BYTES < bytes.length ? shortest : undefined;
}

/** The `count` bytes that were encoded. Throws RangeError where the codes make no sense. */
export function decodeBytes(
  { values, gaps, entries = 0, longest_gap: longest = LONGEST_GAP }: EncodedBytes,
  count: number,
) {
  if (!gaps) return decodeSymbols(wordsOf(values, count), count);
  if (entries > count) throw new RangeError(`${entries} entries of ${count} bytes`);
  const decoded = {
    gaps: decodeSymbols(wordsOf(gaps, entries), entries),
    values: decodeSymbols(wordsOf(values, entries), entries),
  };
  const long = decoded.gaps.find((gap) => gap > longest);
  if (long !== undefined) throw new RangeError(`a gap of ${long} zeros`);
  return fromGaps(decoded, count);
}

function withGaps(bytes: Uint8Array, longest?: number): EncodedBytes {
  const { gaps, values } = toGaps(bytes, longest);
  return {
    ...{ values: codesOf(values), gaps: codesOf(gaps), entries: values.length },
    ...(longest !== undefined && { longest_gap: longest }),
  };
}

function lengthOf({ values, gaps }: EncodedBytes): number {
  return values.length + (gaps?.length ?? 0);
}

function codesOf(symbols: Uint8Array): Uint8Array {
  return new Uint8Array(encodeSymbols(symbols).buffer);
}

// Each symbol takes a bit at least: what cannot be there is not looked for.
function wordsOf(codes: Uint8Array, symbols: number): Uint32Array {
  if (codes.length % 4 !== 0 || symbols > 8 * codes.length)
    throw new RangeError(`${codes.length} bytes of codes for ${symbols} symbols`);
  return new Uint32Array(codes.slice().buffer);
}
