import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  doublingHighMul,
  multiplyByQuantizedMultiplier,
  multiplyWide,
  quantizeMultiplier,
  roundingDivideByPOT,
  wideMultiplier,
} from '../../src/support/fixed-point.ts';
import { expf, logf, tanhf } from '../../src/support/float32.ts';

const SEED = 7;
const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, 1, -1),
);
const multiplier = fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 });
const runs = { seed: SEED, numRuns: 20_000 };

// The definitions, in unbounded integers.
const floorDiv = (a: bigint, b: bigint) => (a - (((a % b) + b) % b)) / b;
const highMul = (a: number, b: number) =>
  Number(floorDiv(BigInt(a) * BigInt(b) + (1n << 30n), 1n << 31n));

describe(`fixed-point arithmetic against unbounded integers (seed ${SEED})`, () => {
  it('doubling high multiplication', () => {
    fc.assert(
      fc.property(int32, multiplier, (a, b) => doublingHighMul(a, b) === highMul(a, b)),
      runs,
    );
  });

  it('rounding division, ties away from zero', () => {
    const exact = (x: number, e: number) => {
      const magnitude = (BigInt(Math.abs(x)) + (1n << BigInt(e)) / 2n) >> BigInt(e);
      return Number(x < 0 ? -magnitude : magnitude);
    };
    const exponent = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(
        int32,
        exponent,
        (x, e) => roundingDivideByPOT(x, e) === exact(x, e) || exact(x, e) === 0,
      ),
      runs,
    );
  });

  it('one rounding', () => {
    const shift = fc.integer({ min: -30, max: 0 });
    fc.assert(
      fc.property(int32, multiplier, shift, (x, m, s) => {
        const total = BigInt(31 - s);
        const exact = Number((BigInt(x) * BigInt(m) + (1n << (total - 1n))) >> total);
        return multiplyByQuantizedMultiplier(x, { multiplier: m, shift: s }, 'single') === exact;
      }),
      runs,
    );
  });

  it('a sum of 64 bits times 15 bits', () => {
    const sum = fc.integer({ min: -(2 ** 47), max: 2 ** 47 - 1 });
    const shift = fc.integer({ min: -31, max: 7 });
    fc.assert(
      fc.property(sum, fc.oneof(multiplier, fc.constantFrom(0, 2 ** 31 - 1)), shift, (x, m, s) => {
        const reduced = m < 0x7fff0000 ? (m + 0x8000) >> 16 : 0x7fff;
        const half = 1n << BigInt(14 - s);
        const exact = floorDiv(BigInt(x) * BigInt(reduced) + half, 2n * half);
        const found = multiplyWide(x, wideMultiplier({ multiplier: m, shift: s }));
        return found === Number(BigInt.asIntN(32, exact));
      }),
      runs,
    );
  });

  it('quantized multipliers are within half a unit of the real number', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1000, noNaN: true }), (real) => {
        const { multiplier: m, shift } = quantizeMultiplier(real);
        return (
          m >= 2 ** 30 && m < 2 ** 31 && Math.abs(m * 2 ** (shift - 31) - real) <= 2 ** (shift - 32)
        );
      }),
      runs,
    );
  });
});

describe('float functions stay near the exact ones', () => {
  const close = (found: number, exact: number) =>
    Math.abs(found - exact) <= 3e-7 * Math.max(1e-30, Math.abs(exact));
  it.each([
    ['exp', expf, Math.exp, -80, 80],
    ['log', logf, Math.log, 1.1, 1e6],
    ['tanh', tanhf, Math.tanh, -9, 9],
  ] as const)('%s', (_, found, exact, low, high) => {
    for (let i = 0; i <= 20_000; i++) {
      const x = Math.fround(low + ((high - low) * i) / 20_000);
      expect(close(found(x), exact(x)), String(x)).toBe(true);
    }
  });
});
