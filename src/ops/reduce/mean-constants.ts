import type { TensorType, TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { quantizeMultiplier } from '../../support/fixed-point.ts';
import type { AnyRounding } from '../../support/fixed-point.ts';
import type { ReduceAttrs } from './axes.ts';

export interface MeanAttrs extends ReduceAttrs {
  readonly rounding: AnyRounding;
}

/** Elements of the input that one output is the mean of. */
export function reducedCount({ shape }: TensorType, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * shape[axis]!, 1);
}

/** What a sum of floats is divided by: a sum that is no mean by nothing. */
export function divisorOf({ op, attrs, inputs }: TypedNode<MeanAttrs>): number {
  return op === 'sum' ? 1 : reducedCount(inputs[0]!, attrs.axes);
}

/** The division by the count, folded into the multiplier with as much precision as fits. */
export function constantsOf(node: TypedNode<MeanAttrs>) {
  const { attrs, inputs, outputs } = node;
  const [input, output] = [perTensor(inputs[0]!), perTensor(outputs[0]!)];
  const count = reducedCount(inputs[0]!, attrs.axes);
  if (attrs.rounding === 'float') {
    // Source: onnxruntime, qlinear_global_average_pool.cc: each operation in single precision.
    const f = Math.fround;
    const by = quantizeMultiplier(f(input.scale / f(output.scale * divisorOf(node))));
    return { offset: 0 - input.zeroPoint * count, by, zero: output.zeroPoint };
  }
  const { multiplier, shift } = quantizeMultiplier(input.scale / output.scale);
  const divisor = divisorOf(node);
  const extra = Math.min(31 - Math.clz32(divisor), 32, 31 + shift);
  const by = { multiplier: Math.trunc((multiplier * 2 ** extra) / divisor), shift: shift - extra };
  return { offset: 0 - input.zeroPoint * count, by, zero: output.zeroPoint };
}
