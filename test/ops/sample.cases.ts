import { bytesOf } from '../../src/support/bytes.ts';
import { float32, takes } from '../support/cases.ts';
import type { CaseMaker } from '../support/cases.ts';

/** Positions are computed ones, which may be any number, or constants around the pixels and beyond. */
export const sample: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['float32']);
  const fits = given && given.shape.length >= 3 && given.shape.length <= 5 ? given : undefined;
  const mode = random.pick(['nearest', 'linear', 'cubic']);
  const axes = fits ? fits.shape.length - 2 : random.int(1, mode === 'cubic' ? 2 : 3);
  const sizes = Array.from({ length: axes }, () => random.int(1, 5));
  const values = fits ?? float32([random.int(1, 2), ...sizes, random.int(1, 4)]);
  const points = Array.from({ length: random.int(0, 2) }, () => random.int(1, 4));
  const shape = [values.shape[0]!, ...points, axes];
  const positions = random.pick(['pixels', 'centres', 'edges']);
  const odd = [NaN, Infinity, -Infinity, 1e30, -3e9, 0.5, -0.5, 1.5, 2, -1, 0, 1e-42];
  const at = () => (random.chance(0.2) ? random.pick(odd) : random.real(-4, 8));
  const count = shape.reduce((a, b) => a * b, 1);
  const data = bytesOf(Float32Array.from({ length: count }, at));
  const second = random.chance(0.5) ? float32(shape) : { ...float32(shape), data };
  const outside = random.pick(['zeros', 'border', 'reflection']);
  const attrs = { mode, outside, positions };
  return { op: 'sample', attrs, inputs: [values, second], outputs: [{ dtype: 'float32' }] };
};
