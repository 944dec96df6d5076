import type { WeightFormat } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import type { ExactChannel } from '../gemm/channels.ts';
import { exactStream, toWords } from '../gemm/stream.ts';
import type { CONV_GEMM } from '../gemm/structs.ts';
import type { Layout } from '../kernel.ts';
import type { FieldsOf } from '../struct.ts';
import type { FixedConv2d } from './conv2d.ts';
import { windowFields } from './fields.ts';
import { lineBytes } from './gather.ts';

/** Weights of a convolution as the kernels that gather windows read them. */
export interface ConvStream {
  /** Words of all channels but the exact ones. */
  readonly words: ArrayLike<number> & Iterable<number>;
  /** Pairs of taps of a window. */
  readonly pairs: number;
  readonly format: WeightFormat;
  /** Channels that are computed apart, and the weights' zero point: none and 0 when left out. */
  readonly exact?: readonly ExactChannel[];
  readonly weightZero?: number;
}

/** The members of nn_conv_gemm. */
export function convGemmFields(
  node: TypedNode<FixedConv2d>,
  layout: Layout,
  { words, pairs, format, exact = [], weightZero = 0 }: ConvStream,
): FieldsOf<(typeof CONV_GEMM)['members']> {
  const { rounding, activation } = node.attrs;
  const [low, high] = clampRange(activation, node.outputs[0]!);
  return {
    window: windowFields(node, layout),
    input_zero: perTensor(node.inputs[0]!).zeroPoint,
    weight_zero: weightZero,
    zero: perTensor(node.outputs[0]!).zeroPoint,
    low,
    high,
    pairs,
    single: rounding === 'single' ? 1 : 0,
    exact_count: exact.length,
    line: lineBytes(node),
    exact_at: words.length,
    weights: table('weights', toWords([...words, ...exactStream(exact)]), format.name),
  };
}
