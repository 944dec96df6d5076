import type { TypedNode } from '../ir/types.ts';
import { perTensor, weightZeroPoint } from '../ir/types.ts';
import { clamp, multiplyByQuantizedMultiplier } from '../support/fixed-point.ts';
import type { AnyRounding, Multiplier } from '../support/fixed-point.ts';
import { clampRange } from './activation/clamp.ts';
import type { Activation } from './activation/clamp.ts';
import { channelCount, rangesFrom, wholeRanges } from './channels.ts';
import type { Channels, Flow, Ranges } from './channels.ts';
import { biasOf, int8Weights } from './weighted.ts';

interface WeightedAttrs {
  readonly activation: Activation;
  readonly rounding: AnyRounding;
}

/** Where the weights of an output channel lie, and which channel each one multiplies. */
interface Rows {
  readonly length: number;
  place(row: number, k: number): number;
  channel(row: number, k: number): number;
  /** Whether a weight may meet padding, which counts as the zero point. */
  readonly padded: boolean;
}

interface Weighted<Attrs extends WeightedAttrs> {
  rows(node: TypedNode<Attrs>): Rows;
  /** The ranges of what the weights are multiplied with, where that is not the input's channels. */
  columns?(node: TypedNode<Attrs>, input: Ranges): Ranges;
  multipliers(node: TypedNode<Attrs>): readonly Multiplier[];
  flow(node: TypedNode<Attrs>): Flow | undefined;
}

/** The rules of an operator that sums inputs times weights, requantizes and clamps. */
export function weightedChannels<Attrs extends WeightedAttrs>(
  weighted: Weighted<Attrs>,
): Channels<Attrs> {
  const sumsOf = (node: TypedNode<Attrs>, input: Ranges) =>
    sums(node, weighted.rows(node), weighted.columns?.(node, input) ?? input);
  return {
    flow: (node) => weighted.flow(node),
    sums: (node, [input]) => sumsOf(node, input!),
    ranges(node, [input]) {
      const output = node.outputs[0]!;
      if (output.dtype !== 'int8') return [wholeRanges(output)];
      const { low, high } = sumsOf(node, input!);
      const multipliers = weighted.multipliers(node);
      const [first, last] = clampRange(node.attrs.activation, output);
      const { zeroPoint } = perTensor(output);
      const of = (o: number) =>
        requantized([low[o]!, high[o]!], multipliers[o]!, node.attrs.rounding);
      return [
        rangesFrom(channelCount(output), (o) => {
          const [least, most] = of(o) ?? [-Infinity, Infinity];
          return [clamp(least + zeroPoint, first, last), clamp(most + zeroPoint, first, last)];
        }),
      ];
    },
  };
}

/**
 * Least and largest product of sums with a multiplier: it grows with the sum. Undefined where
 * a sum may leave int32, on its way through a shift to the left, too.
 */
export function requantized(
  [least, most]: readonly [number, number],
  by: Multiplier,
  rounding: AnyRounding,
): [number, number] | undefined {
  const left = 2 ** Math.max(by.shift, 0);
  if (least * left < -(2 ** 31) || most * left >= 2 ** 31) return undefined;
  return [
    multiplyByQuantizedMultiplier(least, by, rounding),
    multiplyByQuantizedMultiplier(most, by, rounding),
  ];
}

function sums(node: TypedNode, rows: Rows, { low, high }: Ranges): Ranges {
  const channels = channelCount(node.outputs[0]!);
  const weights = int8Weights(node);
  const bias = biasOf(node, channels);
  const weightZero = weightZeroPoint(node.inputs[1]!);
  const { zeroPoint } = perTensor(node.inputs[0]!);
  const outside = rows.padded ? zeroPoint : undefined;
  const least = low.map((x) => Math.min(x, outside ?? x) - zeroPoint);
  const most = high.map((x) => Math.max(x, outside ?? x) - zeroPoint);
  return rangesFrom(channels, (row) => {
    let [from, to] = [bias[row]!, bias[row]!];
    for (let k = 0; k < rows.length; k++) {
      const weight = weights[rows.place(row, k)]! - weightZero;
      if (weight === 0) continue;
      const c = rows.channel(row, k);
      from += weight * (weight > 0 ? least[c]! : most[c]!);
      to += weight * (weight > 0 ? most[c]! : least[c]!);
    }
    return [from, to];
  });
}
