import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dense } from '../../src/encode/dense.ts';
import { pairs } from '../../src/encode/pairs.ts';
import { tapPairs } from '../../src/encode/tap-pairs.ts';

const SEED = 42;

const matrix = (rowStep: number, columnStep: number) =>
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 })).chain(([r, c]) => {
    const [rows, columns] = [r * rowStep, c * columnStep];
    return fc
      .array(fc.integer({ min: -127, max: 127 }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((data) => ({ rows, columns, data: Int8Array.from(data) }));
  });

it.each([
  ['dense', dense, 1, 1],
  ['pairs, natural order', pairs('natural'), 1, 1],
  ['pairs, order of SXTB16', pairs('sxtb16'), 1, 4],
  ['tap pairs', tapPairs, 4, 1],
] as const)(`decode(encode(m)) = m: %s (seed ${SEED})`, (_, encoding, rowStep, columnStep) => {
  fc.assert(
    fc.property(matrix(rowStep, columnStep), (m) => {
      const stored = encoding.encode(m) as never;
      expect(encoding.decode(stored, m.rows, m.columns)).toEqual(m);
    }),
    { seed: SEED, numRuns: 200 },
  );
});
