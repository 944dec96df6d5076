import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { SIGMOID_WORDS, SIGMOIDS } from '../recurrent/sigmoid-table.ts';
import type { TanhScale } from '../recurrent/sigmoid-table.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

/**
 * The logistic function and tanh of 16-bit activations, by straight lines between the values of a table.
 * Source: tensorflow/lite/micro/kernels/logistic_common.cc and tanh.cc; reference/integer_ops/logistic.h and
 * tanh.h, on int16.
 */
export type Sigmoid = 'logistic' | 'tanh';

/** Why a function on int16 does not have these scales; undefined where it does. */
export function rejectSigmoid16(
  which: Sigmoid,
  { inputs, outputs }: TypedNode,
): string | undefined {
  const { scale } = perTensor(outputs[0]!);
  if (nearestLog2(scale) !== -15) return `its output has the scale ${scale}, TFLite fixes 1/32768`;
  return argumentScale(which, perTensor(inputs[0]!).scale).multiplier <= 32767
    ? undefined
    : `its input has the scale ${perTensor(inputs[0]!).scale}, too large for its arithmetic`;
}

/** Stored output of a stored input. */
export function sigmoid16(which: Sigmoid, { inputs }: TypedNode): (stored: number) => number {
  const { multiplier, shift } = argumentScale(which, perTensor(inputs[0]!).scale);
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  const of = which === 'tanh' ? tanhAt : logisticAt;
  return (x) => of((x * multiplier + half) >> shift);
}

// How a stored input becomes the argument in steps of 1 / (3 * 4096): power-of-two scales have no rounding.
function argumentScale(which: Sigmoid, scale: number): TanhScale {
  const left = 12 + (nearestLog2(scale) ?? -Infinity);
  if (left === 0 || (which === 'tanh' && left === 1)) return { multiplier: 3 << left, shift: 0 };
  let [multiplier, shift] = [scale * 4096 * 3, 0];
  for (; multiplier <= 32767 / 2 && shift <= 30; shift++) multiplier *= 2;
  return { multiplier: Math.trunc(multiplier), shift };
}

// The exponent of a power of two, to within a thousandth. Source: kernel_util.cc, CheckedLog2.
function nearestLog2(scale: number): number | undefined {
  const exponent = Math.log2(scale);
  return Math.abs(exponent - Math.round(exponent)) < 1e-3 ? Math.round(exponent) : undefined;
}

function logisticAt(scaled: number): number {
  const size = Math.abs(scaled);
  const value = size >> 9 >= 255 ? 0x7fff << 10 : between(size >> 9, size & 0x1ff, 9);
  return (scaled >= 0 ? value + 2 ** 9 : 2 ** 25 - value + 2 ** 9 - 1) >> 10;
}

function tanhAt(scaled: number): number {
  const size = Math.abs(scaled);
  const value = size >> 8 >= 255 ? 0xffff << 8 : between(size >> 8, size & 0xff, 8);
  return (scaled >= 0 ? value - 2 ** 23 + 2 ** 7 : 2 ** 23 - value + 2 ** 7 - 1) >> 8;
}

function between(at: number, part: number, bits: number): number {
  return SIGMOIDS[at]! * 2 ** bits + part * (SIGMOIDS[at + 1]! - SIGMOIDS[at]!);
}

const units = unitFamily({
  name: 'nn_sigmoid_s16',
  template: 'activation/sigmoid-s16',
  headers: ['nn_types.h'],
  struct: struct('nn_sigmoid_s16_layer', 'The logistic function or tanh on 16 bits.', {
    count: 'int32_t',
    multiplier: 'int32_t',
    shift: 'int32_t',
    table: 'const uint32_t *',
  }),
  parameters: 'const int16_t *input, int16_t *output',
  axes: { hyperbolic: { false: '', true: '_tanh' } },
});

export function sigmoid16Kernel(which: Sigmoid): Kernel<object> {
  const unit = units({ hyperbolic: which === 'tanh' });
  return {
    name: `${which}_s16_c`,
    units: [units],
    reject: ({ inputs }) => (inputs[0]!.dtype === 'int16' ? undefined : 'takes int16'),
    cost: (node) => ({
      work: { outputs: elements(node.outputs[0]!) },
      constantBytes: SIGMOID_WORDS.byteLength,
      scratchBytes: 0,
      calls: [unit],
    }),
    code(node) {
      const scale = argumentScale(which, perTensor(node.inputs[0]!).scale);
      const fields = { count: elements(node.outputs[0]!), table: table('sigmoids', SIGMOID_WORDS) };
      return [call(unit, { ...fields, ...scale })];
    },
    inPlace: [0],
  };
}
