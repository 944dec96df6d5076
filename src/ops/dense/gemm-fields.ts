import type { WeightFormat } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import type { GemmLayer } from '../gemm/channels.ts';
import { exactStream, toWords } from '../gemm/stream.ts';
import type { DENSE_GEMM } from '../gemm/structs.ts';
import type { FieldsOf } from '../struct.ts';
import type { FixedDense } from './dense.ts';

/** Weights of a fully connected layer as the kernels that widen their inputs read them. */
export interface DenseStreams {
  /** Words of all outputs but the exact ones. */
  readonly weights: readonly number[];
  readonly scales: readonly number[];
  /** Bytes to the scales of the next outputs. */
  readonly scalesStep: number;
}

/** The members of nn_dense_gemm. */
export function denseGemmFields(
  node: TypedNode<FixedDense>,
  { matrix, weightZero, exact }: GemmLayer,
  { weights, scales, scalesStep }: DenseStreams,
  format: WeightFormat,
): FieldsOf<(typeof DENSE_GEMM)['members']> {
  const { activation, rounding } = node.attrs;
  const [low, high] = clampRange(activation, node.outputs[0]!);
  return {
    batches: batchesOf(node),
    depth: node.inputs[1]!.shape[1]!,
    outputs: matrix.rows,
    pairs: matrix.columns / 2,
    scales_step: scalesStep,
    weight_zero: weightZero,
    zero: perTensor(node.outputs[0]!).zeroPoint,
    low,
    high,
    single: rounding === 'single' ? 1 : 0,
    exact_count: exact.length,
    exact_at: weights.length,
    weights: table('weights', toWords([...weights, ...exactStream(exact)]), format.name),
    scales: table('scales', toWords(scales)),
  };
}

export function batchesOf(node: TypedNode): number {
  return elements(node.outputs[0]!) / node.inputs[1]!.shape[0]!;
}
