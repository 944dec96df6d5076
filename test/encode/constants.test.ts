import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBytes, encodeBytes } from '../../src/encode/constants.ts';
import type { EncodedBytes } from '../../src/encode/constants.ts';
import { Random } from '../../src/support/random.ts';
import { fromGaps, toGaps } from '../../src/encode/gaps.ts';

const SEED = 7;

/** Bytes of which a share is zero, with few or many other values. */
const constants = fc
  .record({
    zeros: fc.constantFrom(0, 0.5, 0.9, 0.98, 1),
    values: fc.constantFrom(1, 15, 255),
    length: fc.integer({ min: 1, max: 3000 }),
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
  })
  .map(({ zeros, values, length, seed }) => {
    const random = new Random(seed);
    const drawn = () => (random.chance(zeros) ? 0 : random.int(1, values));
    return Uint8Array.from({ length }, drawn);
  });

it(`what is encoded is decoded, and shorter (seed ${SEED})`, () => {
  const forms = new Set<string>();
  fc.assert(
    fc.property(constants, (bytes) => {
      const encoded = encodeBytes(bytes);
      forms.add(!encoded ? 'plain' : formOf(encoded));
      if (!encoded) return;
      expect(encoded.values.length + (encoded.gaps?.length ?? 0)).toBeLessThan(bytes.length);
      expect(decodeBytes(encoded, bytes.length)).toEqual(bytes);
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect([...forms].sort()).toEqual(['codes', 'gaps', 'long gaps', 'plain']);
});

function formOf({ gaps, longest_gap }: EncodedBytes): string {
  if (!gaps) return 'codes';
  return longest_gap === undefined ? 'gaps' : 'long gaps';
}

it(`gaps tell all runs of zeros (seed ${SEED})`, () => {
  const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 3 })));
  fc.assert(
    fc.property(runs, (list) => {
      const bytes = Uint8Array.from(list.flatMap(([n, value]) => [...new Uint8Array(n), value]));
      for (const longest of [undefined, 3, 255])
        expect(fromGaps(toGaps(bytes, longest), bytes.length)).toEqual(bytes);
    }),
    { seed: SEED },
  );
});

describe('codes that make no sense are refused', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i % 9 === 0 ? i & 3 : 0));
  const encoded = encodeBytes(bytes)!;
  const gaps = encoded.gaps!;
  const entries = encoded.entries!;

  it.each([
    ['another length', encoded, 401, /are 400 bytes, not 401|codes for/],
    ['fewer bytes', encoded, 399, /400 bytes, not 399/],
    ['more entries than bytes', { ...encoded, entries: 401 }, 400, /401 entries of 400/],
    ['no entries', { ...encoded, entries: 0 }, 400, /are 0 bytes, not 400/],
    ['no codes', { values: new Uint8Array() }, 400, /0 bytes of codes for 400/],
    ['a cut', { ...encoded, gaps: gaps.slice(0, -4) }, 400, /codes|no code/],
    ['an odd length', { ...encoded, gaps: gaps.slice(0, -1) }, 400, /bytes of codes/],
    ['long gaps', { ...encoded, gaps: encoded.values, entries }, 400, /gap of|bytes, not|no code/],
  ])('%s', (_, codes, count, message) => {
    expect(() => decodeBytes(codes, count)).toThrow(RangeError);
    expect(() => decodeBytes(codes, count)).toThrow(message);
  });
});
