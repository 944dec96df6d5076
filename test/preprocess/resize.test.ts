import fc from 'fast-check';
import { expect, it } from 'vitest';
import { place } from '../../src/preprocess/geometry.ts';
import type { Picture } from '../../src/preprocess/picture.ts';
import { resize } from '../../src/preprocess/resize.ts';
import { Random } from '../../src/support/random.ts';
import { caseCount, SEED } from '../support/seeds.ts';

const PARAMETERS = { seed: SEED, numRuns: caseCount(60) };
const side = (max: number) => fc.integer({ min: 1, max });

function picture(width: number, height: number, channels: 1 | 3, seed: number): Picture {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: width * height * channels }, () => random.next() & 255);
  return { width, height, channels, data };
}

// The mean as one would draw it: every pixel as W x H little ones, and of these w x h in each.
function meanByHand(
  { width, channels, data }: Picture,
  w: number,
  h: number,
  W: number,
  H: number,
) {
  return Uint8Array.from({ length: w * h * channels }, (_, at) => {
    const [c, x, y] = [at % channels, Math.floor(at / channels) % w, Math.floor(at / channels / w)];
    let sum = 0;
    for (let i = y * H; i < (y + 1) * H; i++)
      for (let j = x * W; j < (x + 1) * W; j++)
        sum += data[(Math.floor(i / h) * width + Math.floor(j / w)) * channels + c]!;
    return Math.floor((2 * sum + W * H) / (2 * W * H));
  });
}

it('each pixel is the rounded mean of the area that it covers, larger or smaller', () => {
  const cases = fc.tuple(side(9), side(9), side(9), side(9), fc.constantFrom(1, 3), fc.nat());
  fc.assert(
    fc.property(cases, ([W, H, w, h, channels, seed]) => {
      const source = picture(W, H, channels, seed);
      const whole = { left: 0, top: 0, width: W, height: H };
      const { data } = resize(source, whole, { width: w, height: h });
      expect(data).toEqual(meanByHand(source, w, h, W, H));
    }),
    PARAMETERS,
  );
});

it('a part of a picture is resized as if it were all there is', () => {
  const source = picture(11, 7, 3, 1);
  const part = { left: 2, top: 3, width: 8, height: 4 };
  const cut = Uint8Array.from({ length: 8 * 4 * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % 8, Math.floor(i / 24)];
    return source.data[((y + 3) * 11 + x + 2) * 3 + c]!;
  });
  const size = { width: 5, height: 6 };
  const alone = { width: 8, height: 4, channels: 3, data: cut } as const;
  expect(resize(source, part, size)).toEqual(
    resize(alone, { left: 0, top: 0, width: 8, height: 4 }, size),
  );
});

it('a picture is placed inside itself and inside the input, its sides in proportion', () => {
  const sides = fc.tuple(side(65535), side(65535), side(500), side(500));
  const crops = fc.record({
    left: fc.integer({ min: 0, max: 32768 }),
    top: fc.integer({ min: 0, max: 32768 }),
    width: fc.integer({ min: 1, max: 32768 }),
    height: fc.integer({ min: 1, max: 32768 }),
  });
  const fits = fc.constantFrom('cover', 'contain', 'stretch');
  fc.assert(
    fc.property(sides, fits, crops, ([W, H, w, h], fit, crop) => {
      const { from, to } = place({ width: W, height: H }, { width: w, height: h }, fit, crop);
      for (const [part, width, height] of [
        [from, W, H],
        [to, w, h],
      ] as const) {
        expect(part.width >= 1 && part.height >= 1 && part.left >= 0 && part.top >= 0).toBe(true);
        expect(part.left + part.width <= width && part.top + part.height <= height).toBe(true);
      }
      if (fit !== 'contain') expect(to).toEqual({ left: 0, top: 0, width: w, height: h });
      if (fit === 'stretch') return;
      // One of the sides is rounded to a whole pixel, by half of one at most, where it is not one at least.
      const [longest, off] =
        fit === 'cover'
          ? [Math.max(w, h), Math.abs(from.width * h - from.height * w)]
          : [
              Math.max(from.width, from.height),
              Math.abs(to.width * from.height - to.height * from.width),
            ];
      const thin = fit === 'cover' ? from : to;
      if (thin.width > 1 && thin.height > 1) expect(off).toBeLessThanOrEqual(longest);
    }),
    PARAMETERS,
  );
});
