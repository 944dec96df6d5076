import { weightFacts } from '../encode/patterns.ts';
import type { WeightFacts } from '../encode/patterns.ts';
import { weightZeroPoint } from '../ir/types.ts';
import type { Tensor } from '../ir/types.ts';
import { constantValue } from '../ir/values.ts';

/** The share of constant weights that stand for zero. */
export function zeroShare(weights: Tensor): number {
  const zeroPoint = weightZeroPoint(weights);
  const values = constantValue(weights).data as Float32Array;
  return values.filter((x) => x === zeroPoint).length / values.length;
}

/** What there is to gain from the values of constant weights; each first index is a row. */
export function factsOf(weights: Tensor): WeightFacts {
  const data = constantValue(weights).data as Float32Array;
  return weightFacts({
    columns: data.length / weights.shape[0]!,
    data,
    zero: weightZeroPoint(weights),
  });
}
