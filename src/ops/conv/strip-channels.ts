import type { TypedNode } from '../../ir/types.ts';
import { perTensor, weightZeroPoint } from '../../ir/types.ts';
import { foldChannels, largest } from '../gemm/channels.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import { byChannel } from './depthwise-channels.ts';
import type { FixedDepthwise } from './depthwise.ts';
import { multipliersOf } from './fields.ts';
import type { Form, LooseForm } from './strip-units.ts';
import { fixedShift } from './strip-weights.ts';

type DepthwiseNode = TypedNode<FixedDepthwise>;

/** The channels of a layer for the kernels along strips and lines, which do weights with a zero point. */
export const stripChannels = memoiseLayer((node: DepthwiseNode) => {
  const matrix = byChannel(node);
  return foldChannels(node, matrix, multipliersOf(node, matrix.rows));
});

/** Why these kernels cannot requantize a layer's sums; undefined where they can. */
export function rejectShifts(node: DepthwiseNode): string | undefined {
  const channels = stripChannels(node);
  const zero = weightZeroPoint(node.inputs[1]!);
  const single = node.attrs.rounding === 'single';
  if (zero !== 0 && !single) return 'the weights have a zero point, and outputs are rounded twice';
  const least = single ? 1 : 0;
  const odd = channels.multipliers.find(({ shift }) => -shift < least || shift < -22);
  if (odd) return `a requantization shift is ${odd.shift}, outside -22 to ${-least}`;
  const most = Math.max(...channels.bias.map((_, row) => largest(channels, row, zero)));
  return most < weighted.DOUBLING_LIMIT
    ? undefined
    : `a sum may reach ${most}, beyond ${weighted.DOUBLING_LIMIT}`;
}

/** How sums become outputs, where the last shift is an operand. */
export function looseFormOf(node: DepthwiseNode): LooseForm {
  if (node.attrs.rounding === 'single') return 'single';
  if (perTensor(node.outputs[0]!).zeroPoint === -128) return 'floor';
  return stripChannels(node).multipliers.every(({ shift }) => shift < 0) ? 'right' : 'any';
}

const FIXED: Partial<Record<LooseForm, Form>> = { single: 'single_fixed', floor: 'fixed' };

/** How sums become outputs: by one shift for all channels where that is right. */
export function formOf(node: DepthwiseNode): Form {
  const channels = stripChannels(node);
  const zero = weightZeroPoint(node.inputs[1]!);
  const fixed = channels.multipliers.every(
    (_, row) => fixedShift(channels, row, zero) !== undefined,
  );
  const loose = looseFormOf(node);
  return (fixed && FIXED[loose]) || loose;
}
