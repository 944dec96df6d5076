import type { Tensor, TensorType, TypedNode } from '../ir/types.ts';
import { elements, storedRange } from '../ir/types.ts';
import { constantValue } from '../ir/values.ts';

/**
 * What can be said of the channels of a tensor, which are the places along its last axis. Passes
 * that take channels out (passes/shrink) know of operators what stands here.
 */

/** Least and largest stored value of each channel, whatever the model's inputs are. */
export interface Ranges {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Two channels of which one cannot go without the other. */
export interface Link {
  readonly input: number;
  readonly from: number;
  readonly output: number;
  readonly to: number;
}

/**
 * How the channels of a node's outputs hang together with those of its inputs.
 * - `carries`: by links; channels without a link are not read, or come from nowhere. Of the inputs
 *   in `whole` every channel is needed.
 * - `mixes`: each output channel has a row of weights of its own, and takes all input channels: one
 *   that is constant can move into the bias. `padded`: windows may reach beyond the input.
 */
export type Flow =
  | {
      readonly kind: 'carries';
      readonly links: readonly Link[];
      readonly whole?: readonly number[];
    }
  | { readonly kind: 'mixes'; readonly padded: boolean };

/** The channels that stay, in order, for each input and output of a node. */
export interface Kept {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

/** An operator's rules. It has no state, and its outputs depend on nothing but its inputs. */
export interface Channels<Attrs> {
  /** The outputs' ranges from the inputs'; weights and a bias have none. */
  ranges(node: TypedNode<Attrs>, inputs: readonly Ranges[]): Ranges[];
  /** Undefined, or left out: no channel of any input or output can go. */
  flow?(node: TypedNode<Attrs>): Flow | undefined;
  /** The attributes of a node that keeps only some channels; left out: the same. */
  keep?(node: TypedNode<Attrs>, kept: Kept): Attrs;
  /** Of operators with weights: the least and largest sum of each output channel. */
  sums?(node: TypedNode<Attrs>, inputs: readonly Ranges[]): Ranges;
}

export function channelCount({ shape }: Pick<TensorType, 'shape'>): number {
  return shape.at(-1) ?? 1;
}

/** All that a type can hold. */
export function wholeRanges(type: TensorType): Ranges {
  return sameRanges(channelCount(type), ...storedRange(type.dtype));
}

export function sameRanges(channels: number, low: number, high: number): Ranges {
  return {
    low: new Float64Array(channels).fill(low),
    high: new Float64Array(channels).fill(high),
  };
}

/** The ranges of a constant of 8 bits; all that its type can hold for others. */
export function constantRanges(tensor: Tensor): Ranges {
  const is8Bit = tensor.dtype === 'int8' || tensor.dtype === 'uint8';
  if (!is8Bit || elements(tensor) === 0) return wholeRanges(tensor);
  const channels = channelCount(tensor);
  const ranges = noRanges(channels);
  (constantValue(tensor).data as Int8Array).forEach((x, i) => {
    widen(ranges, i % channels, x, x);
  });
  return ranges;
}

/** For each of `channels` channels, what the given function says. */
export function rangesFrom(
  channels: number,
  rangeOf: (channel: number) => readonly [number, number],
): Ranges {
  const ranges = noRanges(channels);
  for (let c = 0; c < channels; c++) widen(ranges, c, ...rangeOf(c));
  return ranges;
}

/** Ranges that hold all of the given ones, channel by channel. */
export function joinRanges(all: readonly Ranges[]): Ranges {
  return rangesFrom(all[0]!.low.length, (c) => [
    Math.min(...all.map(({ low }) => low[c]!)),
    Math.max(...all.map(({ high }) => high[c]!)),
  ]);
}

/** One range for all channels of all inputs: of operators that move values anywhere. */
export function mixedRanges(type: TensorType, all: readonly Ranges[]): Ranges {
  const least = (values: Float64Array) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  const low = Math.min(...all.map((ranges) => least(ranges.low)));
  const high = Math.max(...all.map((ranges) => most(ranges.high)));
  return sameRanges(channelCount(type), low, high);
}

/** Every output channel goes with the channel of the same number, in inputs that have it. */
export function carried({ inputs, outputs }: TypedNode): Flow {
  const channels = channelCount(outputs[0]!);
  const whole = inputs.flatMap((input, i) =>
    input && channelCount(input) === channels ? [] : [i],
  );
  const links = inputs.flatMap((_, input) =>
    whole.includes(input)
      ? []
      : outputs.flatMap((__, output) =>
          Array.from({ length: channels }, (___, c) => ({ input, from: c, output, to: c })),
        ),
  );
  return { kind: 'carries', links, whole };
}

/** The pairs of channels through which the values of one shape pass when it is read as another. */
export function refolded(from: TensorType, to: Pick<TensorType, 'shape'>): [number, number][] {
  const [a, b] = [channelCount(from), channelCount(to)];
  const pairs: [number, number][] = [];
  for (let i = 0; i < elements(from); i++) {
    if (i > 0 && i % a === 0 && i % b === 0) break;
    pairs.push([i % a, i % b]);
  }
  return pairs;
}

/** The ranges behind pairs [from, to] of channels: those of all that come together. */
export function rangesThrough(
  pairs: readonly (readonly [number, number])[],
  { low, high }: Ranges,
  channels: number,
): Ranges {
  const ranges = noRanges(channels);
  for (const [from, to] of pairs) widen(ranges, to, low[from]!, high[from]!);
  return ranges;
}

/** The flow of a node with one input and one output, by pairs [from, to] of channels. */
export function linked(pairs: readonly (readonly [number, number])[]): Flow {
  return {
    kind: 'carries',
    links: pairs.map(([from, to]) => ({ input: 0, from, output: 0, to })),
  };
}

function noRanges(channels: number): Ranges {
  return sameRanges(channels, Infinity, -Infinity);
}

function widen({ low, high }: Ranges, channel: number, least: number, most: number): void {
  low[channel] = Math.min(low[channel]!, least);
  high[channel] = Math.max(high[channel]!, most);
}
