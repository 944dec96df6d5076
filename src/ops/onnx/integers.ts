import type { DType } from '../../ir/types.ts';
import { constantNumbers } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { roundHalfEven } from '../../support/fixed-point.ts';
import { bytesOfNumbers } from '../constant-op.ts';
import { broadcastLoops, broadcastShape, forEachBroadcast } from '../elementwise/broadcast.ts';
import type { OnnxCall, OnnxReader } from './call.ts';
import { OnnxValue } from './value.ts';

/** Python's remainder: of the divisor's sign. */
const modulo = (a: number, b: number) => a - b * Math.floor(a / b);

/** Functions of whole numbers and truth values, for constants: shapes that the model computes. */
const FUNCTIONS: Readonly<Record<string, (...numbers: number[]) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => Math.trunc(a / b),
  Mod: (a, b) => modulo(a, b),
  Max: (...all) => Math.max(...all),
  Min: (...all) => Math.min(...all),
  Neg: (a) => -a,
  Abs: (a) => Math.abs(a),
  Equal: (a, b) => Number(a === b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
  Not: (a) => Number(a === 0),
  Where: (c, a, b) => (c !== 0 ? a : b),
  Floor: (a) => Math.floor(a),
  Ceil: (a) => Math.ceil(a),
  Round: (a) => roundHalfEven(a),
};

const TRUTHS = ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'And', 'Or', 'Not'];

/** A reader that computes on constants that are no floats at once, and leaves the rest to another. */
export function orOnConstants(type: string, otherwise: OnnxReader): OnnxReader {
  const compute = FUNCTIONS[type];
  return (call) => {
    const values = call.all();
    const known = values.every((value) => value.isConstant && value.dtype !== 'float32');
    return compute && known ? [onConstants(call, values, type, compute)] : otherwise(call);
  };
}

function onConstants(
  call: OnnxCall,
  values: readonly OnnxValue[],
  type: string,
  compute: (...numbers: number[]) => number,
): OnnxValue {
  if (values.length < compute.length) call.input(values.length);
  const shapes = values.map(({ shape }) => shape);
  const shape = broadcastShape(shapes);
  const numbers = values.map((value) => constantNumbers(call.emitter.tensor(value.natural())));
  const results = Array<number>(call.emitter.reserve(product(shape))).fill(0);
  if (results.length > 0)
    forEachBroadcast(broadcastLoops(shape, shapes), (positions, to) => {
      results[to] = compute(...positions.map((at, i) => numbers[i]![at]!));
    });
  const dtype: DType = TRUTHS.includes(type) ? 'bool' : values.at(-1)!.dtype;
  return constantValueOf(call, results, shape, dtype);
}

/** A constant of numbers under a type. */
export function constantValueOf(
  { emitter, node }: OnnxCall,
  numbers: readonly number[],
  shape: readonly number[],
  dtype: DType,
): OnnxValue {
  const type = { dtype, shape };
  const name = node.outputs[0] ?? 'constant';
  return OnnxValue.natural(emitter, emitter.constant(name, type, bytesOfNumbers(type, numbers)));
}
