import type { Value } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';

/** Weights [1, height, width, outputs] as filters of depth 1: [outputs, height, width, 1]. */
export function filtersOf(weights: Value): Value {
  const [, height = 0, width = 0, outputs = 0] = weights.type.shape;
  const taps = height * width;
  const filters = emptyValue({ ...weights.type, shape: [outputs, height, width, 1] });
  for (let o = 0; o < outputs; o++)
    for (let tap = 0; tap < taps; tap++)
      filters.data[o * taps + tap] = weights.data[tap * outputs + o]!;
  return filters;
}
