import { describe, expect, it } from 'vitest';
import { cosineAt, quarterCosine, sineAt, UNIT_16 } from '../../src/signal/circle.ts';
import { naturalLogarithm } from '../../src/signal/logarithm.ts';
import { channelsOf, linearBank, signalBank } from '../../src/signal/mel.ts';
import { RealFft } from '../../src/signal/real-fft.ts';
import { lengthOf, squareRoot } from '../../src/signal/roots.ts';
import { hannWindow, weightAt } from '../../src/signal/window.ts';
import { Random } from '../../src/support/random.ts';
import { SEED } from '../support/seeds.ts';

const SIZES = [64, 128, 256, 512, 1024, 2048];
const random = new Random(SEED);

it.each(SIZES)(
  'a quarter of a circle of %i steps is all of it, rounded as kissfft does',
  (steps) => {
    const quarter = quarterCosine(steps, UNIT_16);
    for (let i = 0; i < steps; i++) {
      const angle = (2 * Math.PI * i) / steps;
      expect(cosineAt(quarter, i) + 0).toBe(Math.floor(0.5 + 32767 * Math.cos(angle)) + 0);
      expect(sineAt(quarter, i) + 0).toBe(Math.floor(0.5 + 32767 * Math.sin(angle)) + 0);
    }
  },
);

describe.each(SIZES)('a Fourier transform of %i samples', (size) => {
  it.each([
    [16, 2 ** 14, 2.5],
    [32, 2 ** 30 - 1, 6],
  ] as const)('in %i bits is the sum that it stands for', (bits, most, off) => {
    const samples = Array.from({ length: size - 3 }, () => random.int(-most, most));
    const spectrum = new RealFft(size, bits).transform(samples);
    let worst = 0;
    for (const bin of [0, 1, 2, 3, size / 4 - 1, size / 4, size / 4 + 1, size / 2 - 1, size / 2]) {
      let [real, imaginary] = [0, 0];
      samples.forEach((x, i) => {
        const angle = (2 * Math.PI * ((i * bin) % size)) / size;
        real += x * Math.cos(angle);
        imaginary -= x * Math.sin(angle);
      });
      worst = Math.max(worst, Math.abs(spectrum[2 * bin]! - real / size));
      worst = Math.max(worst, Math.abs(spectrum[2 * bin + 1]! - imaginary / size));
    }
    expect(worst).toBeLessThan(off);
  });
});

it('square roots are rounded, but just below 2^16', () => {
  const cases = [0, 1, 2, 3, 2 ** 32 - 1, 2 ** 32, 2 ** 52 + 1];
  for (let i = 0; i < 1000; i++) cases.push(Math.floor(random.next() / 2 ** random.int(0, 31)));
  for (let i = 0; i < 1000; i++) cases.push(random.next() * 2 ** 20 + (random.next() & 0xfffff));
  for (const x of cases)
    if (x !== 2 ** 32 - 1) expect(squareRoot(x)).toBe(Math.round(Math.sqrt(x)));
  expect(squareRoot(2 ** 32 - 1)).toBe(65535);
});

const LITTLE = 1.25e-4;

it('lengths and logarithms are right to an eight-thousandth', () => {
  for (let i = 0; i < 1000; i++) {
    const [a, b] = [random.next() | 0, random.next() >> random.int(0, 31)];
    expect(Math.abs(lengthOf(a >> 1, b >> 1) / Math.hypot(a >> 1, b >> 1) - 1)).toBeLessThan(
      LITTLE,
    );
    const x = Math.floor(random.real(1, 2 ** random.int(1, 52)));
    expect(Math.abs(naturalLogarithm(x) / 65536 - Math.log(x))).toBeLessThan(LITTLE);
  }
});

it('a window is as long as told, and the same from both ends', () => {
  for (const length of [480, 441, 8, 9])
    for (const offset of [0, 0.5] as const) {
      const window = hannWindow(length, offset, 4096);
      for (let i = 0; i < length; i++) {
        const exact = 2048 - 2048 * Math.cos((2 * Math.PI * (i + offset)) / length);
        expect(Math.abs(weightAt(window, i) - exact)).toBeLessThan(0.501);
      }
    }
});

it.each([signalBank, linearBank])(
  '%o: bins between the first and the last top are shared out whole',
  (bank) => {
    const made = bank({ rate: 16_000, size: 512, count: 20, lower: 200, upper: 7000 });
    const flat = channelsOf(made, new Float64Array(257).fill(1));
    expect(flat).toHaveLength(20);
    // As many bins as a triangle's half width: more and more of them, give or take one.
    flat.slice(1).forEach((sum, i) => expect(sum).toBeGreaterThan(flat[i]! - 2 ** made.bits));
    const end = made.falling.length - made.widths.at(-1)!;
    for (let i = made.widths[0]!; i < end; i++)
      expect(2 ** made.bits - made.falling[i]! - made.rising[i]!).toBeLessThanOrEqual(1);
  },
);
