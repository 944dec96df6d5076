import type { Value } from '../../ir/types.ts';
import { emptyValue, floats } from '../../ir/values.ts';
import { factorsOf, sizesOf, twiddlesOf } from './stages.ts';
import type { FftNode } from './stages.ts';

const f = Math.fround;

/** Real and imaginary parts of a few numbers. */
type Parts = readonly [real: number, imaginary: number];

/**
 * Stockham's form, which sorts as it goes: stages of one factor each, decimated in frequency. Source:
 * C. Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992, section 1.7.
 */
export function evaluateFft(node: FftNode, [x]: readonly (Value | undefined)[]): Value[] {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(x), floats(output)];
  const { count, length } = sizesOf(node);
  const scale = f(1 / length);
  for (let i = 0; i < count; i++) {
    const [begin, end] = [2 * i * length, 2 * (i + 1) * length];
    let values: Float32Array = input.slice(begin, end);
    let done = 1;
    for (const factor of factorsOf(length)!) {
      values = stage(node, values, factor, done);
      done *= factor;
    }
    out.set(node.attrs.inverse ? values.map((value) => f(value * scale)) : values, begin);
  }
  return [output];
}

function stage(node: FftNode, from: Float32Array, factor: number, done: number): Float32Array {
  const twiddles = twiddlesOf(node);
  const run = from.length / 2 / factor / done;
  const to = new Float32Array(from.length);
  for (let k = 0; k < done; k++)
    for (let i = 0; i < run; i++) {
      const terms = Array.from({ length: factor }, (_, j): Parts => {
        const at = 2 * (i + run * (j + factor * k));
        return [from[at]!, from[at + 1]!];
      });
      butterfly(node, terms).forEach(([a, b], j) => {
        const at = 2 * (i + run * (k + done * j));
        const [c, s] = [twiddles[2 * j * done * i]!, twiddles[2 * j * done * i + 1]!];
        const still = i === 0 || j === 0;
        to[at] = still ? a : f(f(a * c) - f(b * s));
        to[at + 1] = still ? b : f(f(a * s) + f(b * c));
      });
    }
  return to;
}

const sum = ([a, b]: Parts, [c, d]: Parts): Parts => [f(a + c), f(b + d)];
const difference = ([a, b]: Parts, [c, d]: Parts): Parts => [f(a - c), f(b - d)];

/** The transform of a few numbers. */
function butterfly(node: FftNode, x: readonly Parts[]): readonly Parts[] {
  if (x.length === 2) return [sum(x[0]!, x[1]!), difference(x[0]!, x[1]!)];
  if (x.length > 4 || x.length === 3) return oddButterfly(node, x);
  const [even, odd] = [sum(x[0]!, x[2]!), sum(x[1]!, x[3]!)];
  const [left, [a, b]] = [difference(x[0]!, x[2]!), difference(x[1]!, x[3]!)];
  const turned: Parts = node.attrs.inverse ? [-b, a] : [b, -a];
  return [sum(even, odd), sum(left, turned), difference(even, odd), difference(left, turned)];
}

// Numbers as far from both ends count together: by cosines their sum, by sines their difference.
function oddButterfly(node: FftNode, x: readonly Parts[]): readonly Parts[] {
  const p = x.length;
  const half = (p - 1) / 2;
  const step = sizesOf(node).length / p;
  const twiddles = twiddlesOf(node);
  const pairs = Array.from({ length: half }, (_, j) => [x[j + 1]!, x[p - 1 - j]!] as const);
  const sums = pairs.map(([a, b]) => sum(a, b));
  const differences = pairs.map(([a, b]) => difference(a, b));
  const y = Array<Parts>(p);
  y[0] = sums.reduce(sum, x[0]!);
  for (let k = 1; k <= half; k++) {
    let even = x[0]!;
    let odd: Parts = [-0, -0];
    for (let j = 1; j <= half; j++) {
      const at = 2 * ((j * k) % p) * step;
      const [c, s] = [twiddles[at]!, twiddles[at + 1]!];
      const [[a, b], [d, e]] = [sums[j - 1]!, differences[j - 1]!];
      even = sum(even, [f(c * a), f(c * b)]);
      odd = sum(odd, [-f(s * e), f(s * d)]);
    }
    y[k] = sum(even, odd);
    y[p - k] = difference(even, odd);
  }
  return y;
}
