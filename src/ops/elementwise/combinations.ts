import type { DType } from '../../ir/types.ts';
import { clamp } from '../../support/fixed-point.ts';
import * as functions from '../../support/float-functions.ts';
import * as integers from '../../support/integers.ts';
import * as longs from '../../support/long-integers.ts';
import { atan2f } from '../../support/special-functions.ts';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { Unsupported } from '../op.ts';
import type { Op } from '../op.ts';
import { defineCombine } from './combine.ts';
import type { Combine } from './combine.ts';
import { comparedQuantized } from './compare.kernel.ts';

const f = Math.fround;
const ALL: readonly DType[] = ['float32', 'int8', 'int16', 'int32', 'int64'];

const HEADERS = {
  float: ['nn_math.h', 'nn_functions.h'],
  integer: ['nn_integers.h'],
  long: ['nn_long.h'],
};

const asIs = () => ({ attrs: {} });
// The operands change places: x > y is y < x.
const swapped = () => ({ attrs: {}, keep: [1, 0] });

// TFLite broadcasts neither operand.
const ofOneShape = ({ inputs: [a, b] }: TfliteOperator) => {
  if (a?.shape.join() !== b?.shape.join())
    throw new Unsupported(
      `its operands [${a?.shape.join(',')}] and [${b?.shape.join(',')}] differ`,
    );
  return { attrs: {} };
};

/** A comparison: floats and integers compare alike. */
function comparison(
  entry: Pick<Combine, 'name' | 'summary' | 'tflite'> & { readonly types?: readonly DType[] },
  combine: (a: number, b: number) => boolean,
  c: string,
): Combine {
  return {
    types: ALL,
    ...entry,
    truth: true,
    float: { combine, c },
    integer: { combine, c },
    cost: 'compare',
    quantized: comparedQuantized(entry.name, combine, c),
  };
}

/** The larger or the smaller of two values of one quantization. Source: maximum_minimum.h. */
function extreme(name: string, which: string, code: string, sign: '<' | '>'): Combine {
  const second = (a: number, b: number) => (sign === '<' ? a < b : a > b);
  const of = {
    combine: (a: number, b: number) => (second(a, b) ? b : a),
    c: `x ${sign} y ? y : x`,
  };
  return {
    ...{ name, summary: `The ${which} of two values`, types: ALL, cost: 'extreme' },
    tflite: { [code]: asIs },
    ...{ float: of, integer: of },
  };
}

/** An operator on the bits of whole numbers and truth values. */
function bitwise(
  name: string,
  summary: string,
  combine: (a: number, b: number) => number,
  c: string,
  code?: string,
): Combine {
  return {
    ...{ name, summary, types: ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64'] },
    tflite: code === undefined ? {} : { [code]: asIs },
    integer: { combine, c },
    cost: 'bits',
  };
}

/** The operators of two operands without a fused clamp; int8 ones compare, and never rescale. */
const COMBINATIONS: readonly Combine[] = [
  extreme('maximum', 'larger', 'MAXIMUM', '<'),
  extreme('minimum', 'smaller', 'MINIMUM', '>'),
  comparison(
    {
      ...{ name: 'equal', summary: 'Whether two values are equal', types: ['bool', ...ALL] },
      tflite: { EQUAL: asIs },
    },
    (a, b) => a === b,
    'x == y',
  ),
  comparison(
    {
      ...{ name: 'not_equal', summary: 'Whether two values differ', types: ['bool', ...ALL] },
      tflite: { NOT_EQUAL: asIs },
    },
    (a, b) => a !== b,
    'x != y',
  ),
  comparison(
    {
      ...{ name: 'less', summary: 'Whether a value is below another, or above' },
      tflite: { LESS: asIs, GREATER: swapped },
    },
    (a, b) => a < b,
    'x < y',
  ),
  comparison(
    {
      ...{ name: 'less_equal', summary: 'Whether a value is at most another, or at least' },
      tflite: { LESS_EQUAL: asIs, GREATER_EQUAL: swapped },
    },
    (a, b) => a <= b,
    'x <= y',
  ),
  {
    ...{ name: 'logical_and', summary: 'Whether both are true', types: ['bool'], truth: true },
    tflite: { LOGICAL_AND: asIs },
    integer: { combine: (a, b) => a !== 0 && b !== 0, c: 'x != 0 && y != 0' },
    cost: 'logic',
  },
  {
    ...{ name: 'logical_or', summary: 'Whether one is true', types: ['bool'], truth: true },
    tflite: { LOGICAL_OR: asIs },
    integer: { combine: (a, b) => a !== 0 || b !== 0, c: 'x != 0 || y != 0' },
    cost: 'logic',
  },
  {
    ...{ name: 'floor_div', summary: 'A quotient, rounded toward minus infinity' },
    types: ['float32', 'int32', 'int64'],
    tflite: { FLOOR_DIV: asIs },
    float: { combine: (a, b) => functions.floorf(f(a / b)), c: 'nn_floorf(x / y)' },
    integer: { combine: integers.floorDiv, c: 'nn_floor_div(x, y)' },
    long: { combine: longs.floorDiv, c: 'nn_long_floor_div(x, y)' },
    headers: HEADERS,
    cost: 'floor_div',
  },
  {
    ...{ name: 'floor_mod', summary: 'The remainder of a division, of the divisor’s sign' },
    types: ['float32', 'int32', 'int64'],
    tflite: { FLOOR_MOD: asIs },
    float: { combine: functions.floorModf, c: 'nn_floor_modf(x, y)' },
    integer: { combine: integers.floorMod, c: 'nn_floor_mod(x, y)' },
    long: { combine: longs.floorMod, c: 'nn_long_floor_mod(x, y)' },
    headers: HEADERS,
    cost: 'floor_mod',
  },
  {
    ...{ name: 'pow', summary: 'One value to the power of another', types: ['float32', 'int32'] },
    tflite: { POW: asIs },
    float: { combine: functions.powf, c: 'nn_powf(x, y)' },
    integer: { combine: integers.pow, c: 'nn_pow(x, y)' },
    headers: HEADERS,
    cost: 'pow',
  },
  {
    ...{ name: 'atan2', summary: 'The angle of a point, from its y and x', types: ['float32'] },
    tflite: { ATAN2: ofOneShape },
    float: { combine: atan2f, c: 'nn_atan2f(x, y)' },
    headers: { float: ['nn_math.h', 'nn_functions.h', 'nn_special.h'], integer: [] },
    cost: 'atan2',
  },
  bitwise('bitwise_and', 'The bits that both have', (a, b) => a & b, 'x & y'),
  bitwise('bitwise_or', 'The bits that one has', (a, b) => a | b, 'x | y'),
  bitwise('bitwise_xor', 'The bits that differ', (a, b) => a ^ b, 'x ^ y', 'BITWISE_XOR'),
  {
    ...{ name: 'shift_right', summary: 'Bits shifted to the right, copies of the sign behind' },
    types: ['int8', 'int16', 'int32'],
    tflite: { RIGHT_SHIFT: asIs },
    integer: { combine: (a, b) => a >> clamp(b, 0, 31), c: 'x >> nn_clamp(y, 0, 31)' },
    cost: 'shift',
  },
];

export const combinations: readonly Op<object>[] = COMBINATIONS.map(defineCombine);
