import type { WeightMatrix } from '../../encode/format.ts';
import { perTensor } from '../../ir/types.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import { clampsInt8 } from '../activation/clamp.ts';
import { foldChannels, formOf, largest, LOWER_LIMIT } from '../gemm/channels.ts';
import type { PlainForm, GemmChannels, WeightedNode } from '../gemm/channels.ts';
import { splitShift } from '../gemm/stream.ts';

/** Channels as the kernels on sparse weights take them. */
export interface SparseLayer extends GemmChannels {
  readonly form: PlainForm;
  /** The outputs' bounds do not come from saturation alone. */
  readonly clamps: boolean;
}

/** The layer of a node whose weights, without a zero point, are `matrix`. */
export function sparseLayer(
  node: WeightedNode,
  matrix: WeightMatrix,
  multipliers: readonly Multiplier[],
): SparseLayer {
  const { activation, rounding } = node.attrs;
  const output = node.outputs[0]!;
  const channels = foldChannels(node, matrix, multipliers);
  const form = formOf(channels.multipliers, perTensor(output).zeroPoint, rounding);
  return { ...channels, form, clamps: clampsInt8(activation, output) };
}

/** Why sums of these channels cannot be doubled and shifted in 32 bits; undefined when they can. */
export function rejectSums(layer: SparseLayer, { attrs }: WeightedNode): string | undefined {
  for (const [row, { shift }] of layer.multipliers.entries()) {
    const { left, right } = splitShift(shift, attrs.rounding);
    const most = largest(layer, row, 0);
    if (right > 31) return `a requantization shifts by ${right}`;
    if (most >= LOWER_LIMIT || most * 2 ** (left + 1) >= 2 ** 31)
      return `the sums of channel ${row} reach ${most}`;
  }
  return undefined;
}

/** Lanes of SMLAL hold sums of so much: those of weights times inputs plus 128. */
const LANE_LIMIT = 2 ** 23;

/** Why these channels cannot be summed in two lanes; undefined when they can. */
export function rejectLanes({ matrix }: SparseLayer): string | undefined {
  const { rows, columns, data } = matrix;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = row * columns; k < (row + 1) * columns; k++) sum += Math.abs(data[k]!);
    if (255 * sum >= LANE_LIMIT) return `the weights of channel ${row} add up to ${sum}`;
  }
  return undefined;
}
