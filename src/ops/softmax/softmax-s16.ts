import type { TypedNode, Value } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { activations, emptyValue } from '../../ir/values.ts';
import {
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfAway,
} from '../../support/fixed-point.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { isWide } from '../wide.ts';
import { rows, rowsOf } from './exponentials.ts';
import type { SoftmaxAttrs } from './softmax.ts';

/**
 * Softmax of 16-bit values. Source: tensorflow/lite/micro/kernels/softmax_common.cc,
 * InitializeLutForInt16; reference/softmax.h, SoftmaxInt16.
 */
type SoftmaxNode = TypedNode<SoftmaxAttrs>;

const f = Math.fround;
const STEPS = 512;

/** A sum of so many values of 15 bits fits into 31. */
const MOST_VALUES = 65535;

/** Why it cannot be taken of these int16 values. */
export function rejectSoftmax16({ attrs, inputs, outputs }: SoftmaxNode): string | undefined {
  const { scale } = perTensor(outputs[0]!);
  if (Math.abs(scale * 32768 - 1) > 1e-3)
    return `its output has scale ${scale}, TFLite fixes 1/32768`;
  if (!(attrs.beta > 0)) return `its beta is ${attrs.beta}`;
  const depth = inputs[0]!.shape.at(-1)!;
  return depth <= MOST_VALUES ? undefined : `it is taken over ${depth} values`;
}

export function softmax16(node: SoftmaxNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [activations(value), output.data as Int16Array];
  const by = multiplierOf(node);
  for (const [start, end] of rows(value.type)) {
    let [most, sum] = [-32768, 0];
    for (let i = start; i < end; i++) most = Math.max(most, input[i]!);
    for (let i = start; i < end; i++) {
      const scaled = multiplyByQuantizedMultiplier(input[i]! - most, by, 'double');
      out[i] = lookUp(EXPONENTIALS, clamp(scaled, -65535, 0) + 32767);
      sum += out[i]!;
    }
    const zeros = Math.clz32(sum);
    const mantissa = Math.floor((sum * 2 ** (zeros - 1) + 2 ** 13) / 2 ** 14);
    const inverse = lookUp(INVERSES, clamp(mantissa - 2 ** 15 - 2 ** 16, -32768, 32767));
    const shift = 31 - zeros;
    for (let i = start; i < end; i++)
      out[i] = clamp((out[i]! * inverse + 2 ** (shift - 1)) >> shift, 0, 32767);
  }
  return output;
}

/** Differences of -65535 to 0 stand for -10 to 0. */
function multiplierOf({ attrs, inputs }: SoftmaxNode) {
  return quantizeMultiplier((perTensor(inputs[0]!).scale * attrs.beta) / (10 / 65535));
}

const EXPONENTIALS = lookUpTable((x) => f(Math.exp(x)), f(10 / 65535), 32767);
const INVERSES = lookUpTable((x) => f(1 / f(1 + x)), f(1 / 65535), -32768);

/**
 * A function by 513 values of 16 bits, each moved by half of what a straight line to the next one misses
 * in the middle. Source: tensorflow/lite/kernels/internal/common.h, LUTPopulateInt16: single precision.
 */
function lookUpTable(of: (x: number) => number, scale: number, zeroPoint: number): Int16Array {
  const output = f(2 / 65535);
  const least = f(scale * (-32768 - zeroPoint));
  const most = f(scale * (32767 - zeroPoint));
  const step = f(f(most - least) / STEPS);
  const half = f(step / 2);
  const perUnit = f(65536 / f(f(output * 32767) - f(output * -32768)));
  const stored = (x: number) => roundHalfAway(f(of(f(x)) * perUnit));
  const values = Array.from({ length: STEPS }, (_, i) => {
    const from = f(least + f(i * step));
    const next = f(of(f(least + f((i + 1) * step))) * perUnit);
    const line = roundHalfAway(f(f(next + stored(from)) / 2));
    return stored(from) - roundHalfAway((line - stored(f(from + half))) / 2);
  });
  return Int16Array.from([...values, stored(most)], (value) => clamp(value, -32768, 32767));
}

// Source: common.h, LUTLookup on int16.
function lookUp(values: Int16Array, x: number): number {
  const at = 256 + (x >> 7);
  return values[at]! + (((values[at + 1]! - values[at]!) * (x & 0x7f) + 64) >> 7);
}

const units = unitFamily({
  name: 'nn_softmax_s16',
  template: 'softmax/softmax-s16',
  headers: ['nn_types.h'],
  struct: struct('nn_softmax_s16_layer', 'Softmax of 16-bit values, by tables.', {
    outer: 'int32_t',
    depth: 'int32_t',
    multiplier: 'int32_t',
    shift: 'int32_t',
    exp: 'const int16_t *',
    inverse: 'const int16_t *',
  }),
  parameters: 'const int16_t *input, int16_t *output',
});

export const softmax16Kernel: Kernel<SoftmaxAttrs> = {
  name: 'softmax_s16_c',
  units: [units],
  reject: (node) => (isWide(node) ? undefined : 'takes int16'),
  cost: (node) => ({
    work: { outputs: elements(node.outputs[0]!), rows: rowsOf(node).outer },
    constantBytes: EXPONENTIALS.byteLength + INVERSES.byteLength,
    scratchBytes: 0,
    calls: [units({})],
  }),
  code(node) {
    const fields = {
      ...rowsOf(node),
      ...multiplierOf(node),
      exp: table('exp', EXPONENTIALS),
      inverse: table('inverse', INVERSES),
    };
    return [call(units({}), fields)];
  },
  inPlace: [0],
};
