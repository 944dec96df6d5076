import type { TfliteOperator } from '../formats/tflite/records.ts';
import { cast, gather, integerArithmetic, onIntegers } from './constant/arithmetic.ts';
import type { ConstantOp } from './constant-op.ts';
import { broadcastArgs, fill, range, rank, shape, zerosLike } from './constant/shapes.ts';

export type { ConstantOp } from './constant-op.ts';

/** TFLite operators that compute at import where their operands are constants. */
export const CONSTANT_OPS: Readonly<Record<string, ConstantOp>> = {
  BROADCAST_ARGS: broadcastArgs,
  CAST: cast,
  FILL: fill,
  GATHER: gather,
  RANGE: range,
  RANK: rank,
  SHAPE: shape,
  ZEROS_LIKE: zerosLike,
};

/** Operators of the registry that also compute at import, on integers. */
const ON_INTEGERS: Readonly<Record<string, ConstantOp>> = {
  ADD: integerArithmetic('Sum of constant integers', (a, b) => a + b),
  SUB: integerArithmetic('Difference of constant integers', (a, b) => a - b),
  MUL: integerArithmetic('Product of constant integers', (a, b) => a * b),
};

/**
 * The operator that computes at import what a file asks for; undefined when a kernel has to, which
 * there is only where the registry `hasKernel`.
 */
export function constantOpOf(operator: TfliteOperator, hasKernel: boolean): ConstantOp | undefined {
  const { code, inputs } = operator;
  const constant = inputs.every((tensor) => tensor === undefined || tensor.data);
  if (hasKernel && !constant) return undefined;
  return CONSTANT_OPS[code] ?? (onIntegers(operator) ? ON_INTEGERS[code] : undefined);
}
