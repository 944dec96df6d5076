import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FORMATS } from '../../src/encode/index.ts';
import { bytesOf } from '../../src/support/bytes.ts';

const SEED = 42;

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 40 }))
  .chain(([rows, columns]) =>
    fc
      .array(fc.integer({ min: -128, max: 127 }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((data) => ({ rows, columns, data: Int8Array.from(data) })),
  );

// Many zeros, in runs of all lengths.
function sparseAt({ data }: { data: Int8Array }, i: number): boolean {
  return data[(i >> 3) % data.length]! > 90 || i % 397 === 0;
}

it.each(FORMATS.map((format) => [format.name, format] as const))(
  `decode(encode(m)) = m, in as many bytes as it says: %s (seed ${SEED})`,
  (_, format) => {
    let stored = 0;
    fc.assert(
      fc.property(matrices, (matrix) => {
        // Not every format holds -128 or every size: some of the cases are made to suit most, others few.
        const suited = {
          rows: matrix.rows * 4,
          columns: matrix.columns * 4,
          data: new Int8Array(matrix.data.length * 16).map(
            (_x, i) => matrix.data[i % matrix.data.length]! | 1,
          ),
        };
        const sparse = {
          ...suited,
          data: suited.data.map((x, i) => (sparseAt(matrix, i) ? x : 0)),
        };
        const small = { ...matrix, data: matrix.data.map((x) => x >> 4) };
        const signs = { ...matrix, data: matrix.data.map((x) => 9 * Math.sign(x >> 6)) };
        for (const each of [matrix, suited, sparse, small, signs]) {
          if (format.reject(each) !== undefined) continue;
          stored++;
          const bytes = format.encode(each);
          expect(bytes.byteLength).toBe(format.bytes(each));
          const { data, ...shape } = format.decode(bytes, each.rows, each.columns);
          expect(shape).toEqual({ rows: each.rows, columns: each.columns });
          expect(Buffer.compare(bytesOf(data), bytesOf(each.data))).toBe(0);
        }
      }),
      { seed: SEED, numRuns: 101 },
    );
    expect(stored).toBeGreaterThan(100);
  },
);
