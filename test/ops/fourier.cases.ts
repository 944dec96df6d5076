import { float32, takes } from '../support/cases.ts';
import type { CaseMaker } from '../support/cases.ts';

/** Lengths of every kind of factor, and of none. */
export const fft: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['float32']);
  const fits = given && given.shape.length >= 2 && given.shape.at(-1) === 2 ? given : undefined;
  const length = random.pick([1, 2, 3, 4, 5, 8, 12, 13, 16, 24, 30, 49, 60, 64]);
  const input = fits ?? float32([...(random.chance(0.5) ? [random.int(1, 3)] : []), length, 2]);
  const attrs = { inverse: random.chance(0.5) };
  return { op: 'fft', attrs, inputs: [input], outputs: [{ dtype: 'float32' }] };
};
