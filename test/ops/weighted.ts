import type { Random } from '../../src/support/random.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import {
  bias,
  float32,
  floatWeights,
  int16,
  int8,
  quantization,
  weights,
  wideQuantization,
} from '../support/cases.ts';
import type { CaseTensor, OpCase } from '../support/cases.ts';

export interface Weighted {
  readonly op: string;
  readonly attrs: object;
  readonly given: CaseTensor | undefined;
  /** The input's, when none is given. */
  readonly shape: readonly number[];
  readonly kernel: readonly number[];
  /** Axis of the weights along which the outputs lie. */
  readonly axis: number;
  readonly outputs: number;
}

/** A case of a layer that adds products of its input and constant weights. */
export function weighted(random: Random, layer: Weighted): OpCase {
  const { op, attrs, given, shape, kernel, axis, outputs } = layer;
  if (given ? given.dtype === 'int16' : random.chance(0.2)) return wideLayer(random, layer);
  if (given ? given.dtype === 'float32' : random.chance(0.25)) {
    const biases = random.chance(0.8) ? floatWeights(random, [outputs]) : undefined;
    return {
      op,
      attrs,
      inputs: [given ?? float32(shape), floatWeights(random, kernel), biases],
      outputs: [{ dtype: 'float32' }],
    };
  }
  // Sometimes weights of -128, of four or two bits, huge biases (dead channels), or a zero point of the weights.
  const most = random.chance(0.1) ? 128 : 127;
  const taps = weights(random, kernel, axis, random.chance(0.3) ? fewBits(random) : most);
  const mostBias = random.chance(0.15) ? 2 ** 30 : 5000;
  const zeroed = random.chance(0.15) && taps.quant!.scales.length === 1;
  const quant = zeroed ? { ...taps.quant!, zeroPoints: [random.int(-128, 127)] } : taps.quant!;
  const input = given ?? int8(random, shape);
  return {
    op,
    attrs,
    inputs: [
      input,
      { ...taps, quant },
      random.chance(0.9) ? bias(random, outputs, mostBias) : undefined,
    ],
    outputs: [{ dtype: 'int8', quant: outputQuantization(random, input, taps) }],
  };
}

// With 16-bit activations, whose biases have 64 bits, or 32, or (transposed ones) 16.
function wideLayer(
  random: Random,
  { op, attrs, given, shape, kernel, axis, outputs }: Weighted,
): OpCase {
  const input = given ?? int16(random, shape);
  const taps = weights(random, kernel, axis);
  const product = input.quant!.scales[0]! * Math.max(...taps.quant!.scales);
  const quant = random.chance(0.2)
    ? wideQuantization(random)
    : { scales: [Math.fround(product * 2 ** random.real(3, 12))], zeroPoints: [0], axis: 0 };
  return {
    op,
    attrs: { ...attrs, rounding: 'double' },
    inputs: [input, taps, random.chance(0.85) ? wideBias(random, outputs) : undefined],
    outputs: [{ dtype: 'int16', quant }],
  };
}

function wideBias(random: Random, channels: number): CaseTensor {
  const dtype = random.pick(['int64', 'int64', 'int32', 'int16'] as const);
  const most = { int64: random.pick([2 ** 20, 2 ** 45]), int32: 2 ** 29, int16: 32767 }[dtype];
  const values = Array.from({ length: channels }, () => Math.round(random.real(-most, most)));
  const data = {
    int64: () => BigInt64Array.from(values, BigInt),
    int32: () => Int32Array.from(values),
    int16: () => Int16Array.from(values),
  }[dtype]();
  return { dtype, shape: [channels], data: bytesOf(data) };
}

function fewBits(random: Random): () => number {
  const size = random.int(1, 127);
  const density = random.pick([0.3, 0.6, 1]);
  const sign = () => (random.chance(density) ? random.pick([-1, 1]) : 0);
  return random.chance(0.6) ? () => random.int(-8, 7) : () => size * sign();
}

// Often as behind a ReLU, where saturation is the lower bound, and with a scale that sums fill.
function outputQuantization(random: Random, input: CaseTensor, taps: CaseTensor) {
  const any = quantization(random, random.chance(0.4) ? -128 : undefined);
  if (random.chance(0.4)) return any;
  const product = input.quant!.scales[0]! * Math.max(...taps.quant!.scales);
  return { ...any, scales: [Math.fround(product * 2 ** random.real(0, 7))] };
}
