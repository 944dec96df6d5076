import { weightFacts } from '../encode/patterns.ts';
import type { WeightFacts } from '../encode/patterns.ts';
import { weightZeroPoint } from '../ir/types.ts';
import type { Tensor } from '../ir/types.ts';
import { constantValue } from '../ir/values.ts';
import { memoise } from '../support/memoise.ts';

/** The share of constant weights that stand for zero. */
export function zeroShare(weights: Tensor): number {
  return factsOf(weights).sparsity;
}

/** What there is to gain from the values of constant weights; each first index is a row. */
export const factsOf = memoise((weights: Tensor): WeightFacts => {
  const data = constantValue(weights).data as Float32Array;
  return weightFacts({
    columns: data.length / weights.shape[0]!,
    data,
    zero: weightZeroPoint(weights),
  });
});
