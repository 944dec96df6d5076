import { weightZeroPoint } from '../ir/types.ts';
import type { Tensor } from '../ir/types.ts';
import { constantValue } from '../ir/values.ts';

/** The share of constant weights that stand for zero. */
export function zeroShare(weights: Tensor): number {
  const zeroPoint = weightZeroPoint(weights);
  const values = constantValue(weights).data as Float32Array;
  return values.filter((x) => x === zeroPoint).length / values.length;
}
