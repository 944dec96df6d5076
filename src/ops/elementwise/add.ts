import type { TensorType } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../../support/fixed-point.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import * as longs from '../../support/long-integers.ts';
import { defineBinary } from './binary.ts';
import type { BinaryNode } from './binary.ts';
import { sumTableKernel } from './sum-table.kernel.ts';
import type { Scales } from './sum-table.kernel.ts';

/** Operands are shifted left by so much before they are brought to a common scale: on int8, on int16. */
const HEADROOM = 20;
const WIDE_HEADROOM = 15;

export const add = defineBinary({
  name: 'add',
  summary: 'Sum with broadcasting and a fused clamp',
  tflite: 'ADD',
  zeros: true,
  integer: (node) => sum(node, addScales(node), 1),
  float: (a, b) => Math.fround(a + b),
  whole: {
    combine: (a, b) => (a + b) | 0,
    c: 'nn_add(x, y)',
    long: { combine: longs.add, c: 'nn_long_add(x, y)' },
  },
  wide: { headroom: WIDE_HEADROOM, c: 'x + y' },
  integerFields: (node) => scaleFields(node, addScales(node)),
  kernels: [sumTableKernel('add', 1, HEADROOM, addScales)],
  rejectDsp: (node) => rejectShifts(addScales(node)),
  turns: (node) => turns(addScales(node)),
  templates: { s8: 'sum-s8', f32: 'binary-f32' },
  view: { symbol: '+' },
});

export const sub = defineBinary({
  name: 'sub',
  summary: 'Difference with broadcasting and a fused clamp',
  tflite: 'SUB',
  zeros: true,
  integer: (node) => sum(node, subScales(node), -1),
  float: (a, b) => Math.fround(a - b),
  whole: {
    combine: (a, b) => (a - b) | 0,
    c: 'nn_sub(x, y)',
    long: { combine: longs.sub, c: 'nn_long_sub(x, y)' },
  },
  wide: { headroom: WIDE_HEADROOM, c: 'x - y' },
  integerFields: (node) => scaleFields(node, subScales(node)),
  kernels: [sumTableKernel('sub', -1, HEADROOM, subScales)],
  rejectDsp: (node) => rejectShifts(subScales(node)),
  turns: (node) => turns(subScales(node)),
  templates: { s8: 'sum-s8', f32: 'binary-f32' },
  view: { symbol: '-' },
});

/** Source: tensorflow/lite/micro/kernels/add_common.cc: ratios in double precision. */
function addScales({ inputs, outputs }: BinaryNode): Scales {
  const [a, b, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map((type) => perTensor(type).scale);
  const twice = 2 * Math.max(a!, b!);
  return {
    a: quantizeMultiplier(a! / twice),
    b: quantizeMultiplier(b! / twice),
    output: quantizeMultiplier(twice / (2 ** headroom(outputs[0]!) * out!)),
  };
}

/** Source: tensorflow/lite/micro/kernels/sub_common.cc: the same ratios in single precision. */
function subScales({ inputs, outputs }: BinaryNode): Scales {
  const f = Math.fround;
  const [a, b, out] = [inputs[0]!, inputs[1]!, outputs[0]!].map((type) => perTensor(type).scale);
  const twice = f(2 * Math.max(a!, b!));
  return {
    a: quantizeMultiplier(f(a! / twice)),
    b: quantizeMultiplier(f(b! / twice)),
    output: quantizeMultiplier(f(twice / f(2 ** headroom(outputs[0]!) * out!))),
  };
}

function headroom({ dtype }: TensorType): number {
  return dtype === 'int16' ? WIDE_HEADROOM : HEADROOM;
}

/** Source: reference/integer_ops/add.h, AddElementwise. */
function sum(node: BinaryNode, scales: Scales, sign: 1 | -1): (a: number, b: number) => number {
  const [zeroA, zeroB] = node.inputs.map((input) => perTensor(input!).zeroPoint);
  const outputZero = perTensor(node.outputs[0]!).zeroPoint;
  const left = 2 ** headroom(node.outputs[0]!);
  const scaled = (x: number, by: Multiplier) =>
    multiplyByQuantizedMultiplier(x * left, by, node.attrs.rounding);
  return (a, b) => {
    const total = scaled(a - zeroA!, scales.a) + sign * scaled(b - zeroB!, scales.b);
    return multiplyByQuantizedMultiplier(total, scales.output, node.attrs.rounding) + outputZero;
  };
}

// Sums stay below 2^30, but a shift to the left may carry them beyond int32.
function turns({ output }: Scales): [] | undefined {
  return output.shift > 0 ? undefined : [];
}

function rejectShifts({ a, b, output }: Scales): string | undefined {
  const odd = [a, b, output].find(({ shift }) => shift > 0 || shift < -31);
  return odd && `a requantization shift is ${odd.shift}, outside -31 to 0`;
}

function scaleFields(node: BinaryNode, scales: Scales) {
  return {
    zero_a: perTensor(node.inputs[0]!).zeroPoint,
    zero_b: perTensor(node.inputs[1]!).zeroPoint,
    zero: perTensor(node.outputs[0]!).zeroPoint,
    multiplier_a: scales.a.multiplier,
    multiplier_b: scales.b.multiplier,
    multiplier: scales.output.multiplier,
    shift_a: scales.a.shift,
    shift_b: scales.b.shift,
    shift: scales.output.shift,
  };
}
