import type { Tensor, TypedNode } from '../../ir/types.ts';
import { perTensor, weightZeroPoint } from '../../ir/types.ts';
import { channelCount } from '../../ops/channels.ts';
import type { Ranges } from '../../ops/channels.ts';
import { opOf } from '../../ops/index.ts';
import { biasOf, int8Weights } from '../../ops/weighted.ts';
import { bytesOf } from '../../support/bytes.ts';
import { takeAlong } from './take-along.ts';

type Constant = Omit<Tensor, 'id'>;

interface Staying {
  /** Channels of the output. */
  readonly rows: readonly number[];
  /** Channels of the input, and the ranges of all of them. */
  readonly columns: readonly number[];
  readonly ranges: Ranges;
}

/** The weights and the bias of a node of which only some channels stay. */
export function takeWeights(
  node: TypedNode,
  { rows, columns, ranges }: Staying,
): { readonly weights: Constant; readonly bias: Constant | undefined } {
  const { channels, weights: places } = opOf(node.op);
  const inputs = channelCount(node.inputs[0]!);
  const weights = takeAlong(node.inputs[places!.input]!, places!.axis, rows);
  const mixes = channels!.flow!(node)?.kind === 'mixes';
  const goes = mixes && columns.length < inputs;
  const bias = (goes ? foldedBias(node, columns, ranges) : undefined) ?? flatBias(node);
  return {
    weights: goes ? takeColumns(weights, columns, inputs) : weights,
    bias: bias && takeAlong(bias, 0, rows),
  };
}

// Rows hold a weight for each input channel, once or, for each pixel of a window, many times.
function takeColumns(weights: Constant, columns: readonly number[], channels: number): Constant {
  const axis = weights.shape.length - 1;
  const places = Array.from({ length: weights.shape[axis]! }, (_, k) => k);
  const staying = new Set(columns);
  return takeAlong(
    weights,
    axis,
    places.filter((k) => staying.has(k % channels)),
  );
}

// The bias with the shares of constant channels that go: (value - zero point) * weight each. Sums
// that wrap stay the same: the reference and all kernels wrap at 32 bits.
function foldedBias(
  node: TypedNode,
  columns: readonly number[],
  { low, high }: Ranges,
): Constant | undefined {
  const staying = new Set(columns);
  const input = node.inputs[0]!;
  if (input.dtype !== 'int8') return undefined;
  const { zeroPoint } = perTensor(input);
  const shares = low.map((value, c) =>
    staying.has(c) || value !== high[c] ? 0 : value - zeroPoint,
  );
  if (shares.every((share) => share === 0)) return undefined;
  const outputs = channelCount(node.outputs[0]!);
  const bias = biasOf(node, outputs);
  const weights = int8Weights(node);
  const weightZero = weightZeroPoint(node.inputs[1]!);
  const length = weights.length / outputs;
  weights.forEach((weight, i) => {
    bias[Math.floor(i / length)]! += shares[i % shares.length]! * (weight - weightZero);
  });
  const type = flatBias(node) ?? {
    name: `${node.inputs[1]!.name} bias`,
    dtype: 'int32',
    shape: [outputs],
  };
  return { ...type, data: bytesOf(bias) };
}

// The bias as a list, whatever its shape in the file.
function flatBias(node: TypedNode): Constant | undefined {
  const bias = node.inputs[2];
  const shape = [channelCount(node.outputs[0]!)];
  return bias && { ...bias, shape, ...(bias.quant && { quant: { ...bias.quant, axis: 0 } }) };
}
