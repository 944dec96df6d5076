/** Zeros before an entry, at most, unless more are said. */
export const LONGEST_GAP = 15;
/** What a byte can tell: where few are not zero, and where gaps are codes of any length. */
export const FAR_GAP = 255;

/** Bytes as entries, each with the zeros before it; an entry may be zero itself. */
export interface Gaps {
  readonly gaps: Uint8Array;
  readonly values: Uint8Array;
}

/**
 * Bytes that are not zero, each with how many zeros stand before it; where these are more than the longest
 * gap, and at the end, an entry of zero fills in (Han et al., "EIE", ISCA 2016, section III.B).
 */
export function toGaps(bytes: Uint8Array, longest = LONGEST_GAP): Gaps {
  const gaps: number[] = [];
  const values: number[] = [];
  let gap = 0;
  bytes.forEach((byte, i) => {
    if (byte === 0 && gap < longest && i < bytes.length - 1) gap++;
    else {
      gaps.push(gap);
      values.push(byte);
      gap = 0;
    }
  });
  return { gaps: Uint8Array.from(gaps), values: Uint8Array.from(values) };
}

/** The bytes behind entries. Throws RangeError when they are not `count`. */
export function fromGaps({ gaps, values }: Gaps, count: number): Uint8Array {
  const told = gaps.reduce((sum, gap) => sum + gap + 1, 0);
  if (told !== count) throw new RangeError(`they are ${told} bytes, not ${count}`);
  const bytes = new Uint8Array(count);
  let at = -1;
  values.forEach((value, i) => (bytes[(at += gaps[i]! + 1)] = value));
  return bytes;
}
