import type { TypedNode } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { memoise } from '../../support/memoise.ts';

export interface FftAttrs {
  /** From a spectrum to a signal: the other direction of rotation, and divided by the length. */
  readonly inverse: boolean;
}

export type FftNode = TypedNode<FftAttrs>;

/** The largest prime by which a length is divided. */
export const MOST_PRIME = 13;

/** Lengths have so many factors at most. */
export const MOST_STAGES = 16;

export const MOST_LENGTH = 2 ** 16;

/**
 * The factors of a length in the order in which its transform is divided: a two first, then fours, then
 * odd primes; undefined where a prime is too large.
 */
export function factorsOf(length: number): number[] | undefined {
  if (!(length >= 1 && length <= MOST_LENGTH)) return undefined;
  const factors: number[] = [];
  let rest = length;
  for (; rest % 4 === 0; rest /= 4) factors.push(4);
  if (rest % 2 === 0) {
    factors.unshift(2);
    rest /= 2;
  }
  for (let prime = 3; prime <= MOST_PRIME; prime += 2)
    for (; rest % prime === 0; rest /= prime) factors.push(prime);
  return rest === 1 ? factors : undefined;
}

/** Transforms of a node, and their length. */
export function sizesOf({ inputs }: FftNode) {
  const { shape } = inputs[0]!;
  return { count: product(shape.slice(0, -2)), length: shape.at(-2)! };
}

/** e^(-+ 2 pi i k / length) for each k, as pairs of real and imaginary parts; computed in double precision. */
export const twiddlesOf = memoise((node: FftNode): Float32Array => {
  const { length } = sizesOf(node);
  const sign = node.attrs.inverse ? 1 : -1;
  return Float32Array.from({ length: 2 * length }, (_, i) => {
    const turns = (i >> 1) / length;
    return i % 2 === 0 ? sine(turns + 0.25) : sign * sine(turns);
  });
});

/** The sine of so many turns, exact at quarters. */
export function sine(turns: number): number {
  const quarters = (turns % 1) * 4;
  if (Number.isInteger(quarters)) return [0, 1, 0, -1][quarters]!;
  return Math.sin(2 * Math.PI * turns);
}
