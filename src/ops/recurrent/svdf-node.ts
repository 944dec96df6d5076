import type { TensorType } from '../../ir/types.ts';
import type { Activation } from '../activation/clamp.ts';

export interface SvdfAttrs {
  /** Filters whose results make one output. */
  readonly rank: number;
  readonly activation: Activation;
}

/** Places of a node's inputs, as TFLite's. */
export const SVDF_INPUTS = { x: 0, features: 1, times: 2, bias: 3, state: 4 } as const;

export function svdfSizes({ rank }: SvdfAttrs, inputs: readonly (TensorType | undefined)[]) {
  const [batches = 0, columns = 0] = inputs[SVDF_INPUTS.x]!.shape;
  const filters = inputs[SVDF_INPUTS.features]!.shape[0] ?? 0;
  const memory = inputs[SVDF_INPUTS.times]!.shape[1] ?? 0;
  return { batches, inputs: columns, filters, memory, units: filters / rank };
}
