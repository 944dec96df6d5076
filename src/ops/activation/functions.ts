import { perTensor, storedRange } from '../../ir/types.ts';
import type { TensorType, TypedNode } from '../../ir/types.ts';
import * as functions from '../../support/float-functions.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfAway,
} from '../../support/fixed-point.ts';
import { atanf, erff } from '../../support/special-functions.ts';
import { noAttributes } from '../attributes.ts';
import { inverseSqrt } from '../gemmlowp.ts';
import type { Op } from '../op.ts';
import { defineUnary } from './unary.ts';

const f = Math.fround;

/** What makes one function of each value by itself different from the others. */
interface ElementaryFunction {
  readonly name: string;
  readonly summary: string;
  /** Left out: TFLite has none. */
  readonly tflite?: string;
  /** Runtime header of the C, beside nn_functions.h. */
  readonly header?: string;
  /** As the float kernel computes it, and the same in C, of the float `x`. */
  readonly float: (x: number) => number;
  readonly c: string;
  /** The function itself, for tables; left out: as in float. */
  readonly exact?: (x: number) => number;
  /** Stored output of a stored input, where TFLite Micro has integer arithmetic of its own. */
  integer?(input: TensorType, output: TensorType): (stored: number) => number;
}

/** The functions of one value, whose int8 form is a table. */
const FUNCTIONS: readonly ElementaryFunction[] = [
  {
    name: 'abs',
    summary: 'The value without its sign',
    tflite: 'ABS',
    float: Math.abs,
    c: 'nn_absf(x)',
    integer: quantizedAbs,
  },
  { name: 'neg', summary: '-x', tflite: 'NEG', float: (x) => -x, c: '-x' },
  {
    name: 'sign',
    summary: '-1, 0 or 1',
    tflite: 'SIGN',
    float: functions.signf,
    c: 'nn_signf(x)',
  },
  {
    name: 'floor',
    summary: 'The next whole number below',
    tflite: 'FLOOR',
    float: functions.floorf,
    c: 'nn_floorf(x)',
  },
  {
    name: 'ceil',
    summary: 'The next whole number above',
    tflite: 'CEIL',
    float: functions.ceilf,
    c: 'nn_ceilf(x)',
  },
  {
    name: 'round',
    summary: 'The nearest whole number, ties to even',
    tflite: 'ROUND',
    float: functions.roundf,
    c: 'nn_roundf(x)',
  },
  { name: 'square', summary: 'x * x', tflite: 'SQUARE', float: (x) => f(x * x), c: 'x * x' },
  {
    name: 'sqrt',
    summary: 'The square root',
    tflite: 'SQRT',
    float: functions.sqrtf,
    c: 'nn_sqrtf(x)',
  },
  {
    name: 'rsqrt',
    summary: '1 / sqrt(x), in int8 with TFLite Micro’s fixed-point arithmetic',
    tflite: 'RSQRT',
    float: (x) => f(1 / functions.sqrtf(x)),
    c: '1.0f / nn_sqrtf(x)',
    integer: quantizedRsqrt,
  },
  {
    name: 'exp',
    summary: 'The exponential function',
    tflite: 'EXP',
    float: functions.exp,
    c: 'nn_exp(x)',
    exact: Math.exp,
  },
  {
    name: 'log',
    summary: 'The natural logarithm',
    tflite: 'LOG',
    float: functions.log,
    c: 'nn_log(x)',
    exact: Math.log,
  },
  {
    name: 'sin',
    summary: 'The sine of an angle in radians',
    tflite: 'SIN',
    float: functions.sinf,
    c: 'nn_sine(x, 0)',
    exact: Math.sin,
  },
  {
    name: 'cos',
    summary: 'The cosine of an angle in radians',
    tflite: 'COS',
    float: functions.cosf,
    c: 'nn_sine(x, 1)',
    exact: Math.cos,
  },
  {
    name: 'atan',
    summary: 'The angle in radians whose tangent it is',
    float: atanf,
    c: 'nn_atanf(x)',
    header: 'nn_special.h',
  },
  {
    name: 'erf',
    summary: 'The error function',
    float: erff,
    c: 'nn_erff(x)',
    header: 'nn_special.h',
  },
  {
    name: 'elu',
    summary: 'x above 0, e^x - 1 below',
    tflite: 'ELU',
    float: (x) => (x < 0 ? functions.expm1f(x) : x),
    c: 'x < 0.0f ? nn_expm1f(x) : x',
    exact: (x) => (x < 0 ? f(f(Math.exp(x)) - 1) : x),
  },
];

export const elementaryFunctions: readonly Op<object>[] = FUNCTIONS.map(
  ({ name, summary, tflite, float, c, header, exact = float, integer }) =>
    defineUnary<object>({
      name,
      summary,
      attributes: noAttributes,
      table: 'function_s8_table',
      tflite: tflite === undefined ? {} : { [tflite]: () => ({}) },
      integer: ({ inputs, outputs }: TypedNode) =>
        integer?.(inputs[0]!, outputs[0]!) ?? quantized(exact, inputs[0]!, outputs[0]!),
      float: () => float,
      f32: {
        template: 'function-f32',
        headers: ['nn_math.h', 'nn_functions.h', ...(header === undefined ? [] : [header])],
        view: { expression: c, header: header ?? '' },
      },
    }),
);

/**
 * A function of real numbers on stored ones. Source: tensorflow/lite/micro/kernels/elu.cc,
 * PopulateLookupTable: single precision throughout. What is no number becomes zero.
 */
function quantized(
  of: (x: number) => number,
  input: TensorType,
  output: TensorType,
): (stored: number) => number {
  const [from, to] = [perTensor(input), perTensor(output)];
  const inverse = f(1 / f(to.scale));
  return (stored) => {
    const real = f(of(f(f(from.scale) * (stored - from.zeroPoint))));
    const scaled = Number.isNaN(real) ? 0 : roundHalfAway(f(real * inverse));
    return clampStored(scaled + to.zeroPoint, output);
  };
}

/** Source: tensorflow/lite/micro/kernels/elementwise.cc, AbsEvalQuantized. */
function quantizedAbs(input: TensorType, output: TensorType): (stored: number) => number {
  const [from, to] = [perTensor(input), perTensor(output)];
  const by = quantizeMultiplier(f(f(from.scale) / f(to.scale)));
  return (stored) => {
    const value = Math.abs(stored - from.zeroPoint);
    const scaled =
      from.scale === to.scale ? value : multiplyByQuantizedMultiplier(value, by, 'double');
    return clampStored(scaled + to.zeroPoint, output);
  };
}

/** Source: elementwise.cc, RsqrtEvalQuantized; values that have no root count as 0. */
function quantizedRsqrt(input: TensorType, output: TensorType): (stored: number) => number {
  const [from, to] = [perTensor(input), perTensor(output)];
  const by = quantizeMultiplier(1 / f(f(Math.sqrt(f(from.scale))) * f(to.scale)));
  const SHIFT = 20;
  return (stored) => {
    const value = stored - from.zeroPoint;
    if (value <= 0) return storedRange(output.dtype)[1];
    const root = inverseSqrt(value);
    const raised = { ...root, shift: root.shift + SHIFT };
    const lowered = { ...by, shift: by.shift - SHIFT };
    const data = multiplyByQuantizedMultiplier(1, raised, 'double');
    const scaled = multiplyByQuantizedMultiplier(data, lowered, 'double');
    return clampStored(scaled + to.zeroPoint, output);
  };
}

function clampStored(value: number, { dtype }: TensorType): number {
  return clamp(value, ...storedRange(dtype));
}
