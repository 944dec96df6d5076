import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TensorType } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import * as attributes from '../attributes.ts';
import { checkAxes } from '../op.ts';
import { MAX_LOOPS, strides } from '../shape/strided.ts';
import { constantNumbersOf, resolveAxes } from '../tflite-constants.ts';

export interface ReduceAttrs {
  readonly axes: readonly number[];
  /** The axes stay, with one element. */
  readonly keepDims: boolean;
}

export const reduceAttributes = {
  axes: z.array(attributes.axis).max(6),
  keepDims: z.boolean(),
};

/** Members of structs of kernels that walk the input in its order. */
export const REDUCE_LOOPS = {
  sizes: ['int32_t', MAX_LOOPS],
  to_steps: ['int32_t', MAX_LOOPS],
  outputs: 'int32_t',
} as const;

export function reducedShape({ axes, keepDims }: ReduceAttrs, { shape }: TensorType): number[] {
  checkAxes(axes, shape);
  if (keepDims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** The attributes of TFLite's reductions. */
export function readReduce(operator: TfliteOperator): ReduceAttrs {
  const rank = operator.inputs[0]?.shape.length ?? 0;
  const axes = resolveAxes(constantNumbersOf(operator, 1, 'axes'), rank);
  return { axes, keepDims: operator.options.bool(0) };
}

/** For each input element, in order, the output it goes into. */
export function* targets(type: TensorType, axes: readonly number[]): Generator<number> {
  const steps = outputSteps(type, axes);
  const inner = strides(type.shape);
  for (let i = 0; i < elements(type); i++) {
    let to = 0;
    for (let axis = 0; axis < inner.length; axis++) {
      to += (Math.floor(i / inner[axis]!) % type.shape[axis]!) * steps[axis]!;
    }
    yield to;
  }
}

/** The members of REDUCE_LOOPS. */
export function reduceFields(input: TensorType, axes: readonly number[], output: TensorType) {
  const lead = MAX_LOOPS - input.shape.length;
  return {
    sizes: [...Array<number>(lead).fill(1), ...input.shape],
    to_steps: [...Array<number>(lead).fill(0), ...outputSteps(input, axes)],
    outputs: elements(output),
  };
}

// Step of the output along each axis of the input: 0 along the reduced ones.
function outputSteps({ shape }: TensorType, axes: readonly number[]): number[] {
  const kept = strides(shape.map((size, axis) => (axes.includes(axis) ? 1 : size)));
  return shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[axis]!));
}
