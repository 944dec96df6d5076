import { elements } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import {
  ACTIVATIONS,
  alike,
  bias,
  float32,
  floatWeights,
  int8,
  quantization,
  takes,
  weights,
} from '../support/cases.ts';
import type { CaseMaker, CaseTensor, OpCase } from '../support/cases.ts';

function window(random: Random) {
  const pair = (most: number) => [random.int(1, most), random.int(1, most)];
  const kernel = random.pick([[1, 1], [3, 3], pair(4), pair(4)]);
  const dilation = random.chance(0.25) ? pair(2) : [1, 1];
  const reach = [0, 1].map((axis) => (kernel[axis]! - 1) * dilation[axis]!);
  const padding = [0, 1, 0, 1].map((axis) => random.int(0, reach[axis]!));
  const plane = [0, 1].map((axis) => reach[axis]! + random.int(1, 6));
  const activation = random.pick(ACTIVATIONS);
  const rounding = random.pick(['double', 'double', 'single', 'float'] as const);
  return { attrs: { kernel, stride: pair(3), dilation, padding, activation, rounding }, plane };
}

export const conv2d: CaseMaker = (random, operand) => {
  const given = takes(operand, 4);
  const { attrs, plane } = window(random);
  const groups = random.chance(0.15) ? 2 : 1;
  const channels = given ? given.shape[3]! : groups * random.pick([1, 2, 3, 4, 5, 8, 12]);
  const outputs = groups * random.int(1, 9);
  const shape = [random.chance(0.1) ? 2 : 1, ...plane, channels];
  const kernel = [outputs, ...attrs.kernel, Math.ceil(channels / groups)];
  return convolution(random, { op: 'conv2d', attrs, given, shape, kernel, axis: 0, outputs });
};

// The windows of most depthwise layers: often such that the output has the input's shape, and now
// and then a plane that is gathered in several blocks or tiles.
function usualWindow(random: Random) {
  const { attrs } = window(random);
  const size = random.pick([3, 3, 3, 5, 7]);
  const kernel = random.pick([
    [size, size],
    [size, size],
    [size, size],
    [1, size],
    [size, 1],
  ]);
  const stride = random.chance(0.6) || kernel.includes(1) ? 1 : 2;
  const half = kernel.map((n) => n >> 1);
  const large = random.chance(0.15);
  return {
    attrs: {
      ...attrs,
      ...{ kernel, stride: [stride, stride], dilation: [1, 1] },
      padding: random.chance(0.6)
        ? [...half, ...half]
        : attrs.padding.map((p, side) => Math.min(p, kernel[side & 1]! - 1)),
    },
    plane: large
      ? [random.int(24, 40), random.int(40, 60)]
      : kernel.map((n) => Math.max(n, random.int(1, 14))),
  };
}

export const depthwise: CaseMaker = (random, operand) => {
  const given = takes(operand, 4);
  const { attrs, plane } = random.chance(0.5) ? usualWindow(random) : window(random);
  const usual = plane[0]! > 20 ? [2, 4, 5] : [1, 2, 3, 4, 6, 8, 12, 16];
  const channels = given ? given.shape[3]! : random.pick(usual);
  const outputs = channels * random.pick([1, 1, 1, 2, 3]);
  const shape = [random.chance(0.1) ? 2 : 1, ...plane, channels];
  return convolution(random, {
    op: 'depthwise_conv2d',
    attrs,
    given,
    shape,
    kernel: [1, ...attrs.kernel, outputs],
    axis: 3,
    outputs,
  });
};

interface Weighted {
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

function convolution(
  random: Random,
  { op, attrs, given, shape, kernel, axis, outputs }: Weighted,
): OpCase {
  if (given ? given.dtype === 'float32' : random.chance(0.25)) {
    const biases = random.chance(0.8) ? floatWeights(random, [outputs]) : undefined;
    return {
      op,
      attrs,
      inputs: [given ?? float32(shape), floatWeights(random, kernel), biases],
      outputs: [{ dtype: 'float32' }],
    };
  }
  // Sometimes weights of -128, huge biases (dead channels), or a zero point of the weights.
  const taps = weights(random, kernel, axis, random.chance(0.1) ? 128 : 127);
  const most = random.chance(0.15) ? 2 ** 30 : 5000;
  const zeroed = random.chance(0.15) && taps.quant!.scales.length === 1;
  const quant = zeroed ? { ...taps.quant!, zeroPoints: [random.int(-128, 127)] } : taps.quant!;
  const input = given ?? int8(random, shape);
  return {
    op,
    attrs,
    inputs: [
      input,
      { ...taps, quant },
      random.chance(0.9) ? bias(random, outputs, most) : undefined,
    ],
    outputs: [{ dtype: 'int8', quant: outputQuantization(random, input, taps) }],
  };
}

// Often as behind a ReLU, where saturation is the lower bound, and with a scale that sums fill.
function outputQuantization(random: Random, input: CaseTensor, taps: CaseTensor) {
  const any = quantization(random, random.chance(0.4) ? -128 : undefined);
  if (random.chance(0.4)) return any;
  const product = input.quant!.scales[0]! * Math.max(...taps.quant!.scales);
  return { ...any, scales: [Math.fround(product * 2 ** random.real(0, 7))] };
}

export const dense: CaseMaker = (random, operand) => {
  const given = takes(operand);
  const depth = given ? random.pick([elements(given), given.shape.at(-1) ?? 1]) : random.int(1, 40);
  const outputs = random.int(1, 14);
  const attrs = {
    activation: random.pick(ACTIVATIONS),
    rounding: random.pick(['double', 'single', 'float'] as const),
    keepDims: given !== undefined && random.chance(0.5),
  };
  return convolution(random, {
    op: 'dense',
    attrs,
    given,
    shape: [random.int(1, 3), depth],
    kernel: [outputs, depth],
    axis: 0,
    outputs,
  });
};

function pool(op: string): CaseMaker {
  return (random, operand) => {
    const given = takes(operand, 4);
    const { attrs, plane } = window(random);
    const padding = attrs.padding.map((p, i) => Math.min(p, attrs.kernel[i % 2]! - 1));
    const rounding = random.pick(['double', 'double', 'single'] as const);
    const flat = { ...attrs, dilation: [1, 1], padding, rounding };
    const shape = [random.chance(0.1) ? 2 : 1, ...plane, random.int(1, 6)];
    const { input, output } = alike(random, shape, { given, float: 0.3 });
    return { op, attrs: flat, inputs: [input], outputs: [output] };
  };
}

export const averagePool = pool('average_pool');
export const maxPool = pool('max_pool');

function average(op: string): CaseMaker {
  return (random, operand) => {
    const given = takes(operand);
    const fresh = () => Array.from({ length: random.int(1, 5) }, () => random.int(1, 5));
    const shape = given?.shape ?? fresh();
    const axes = shape.flatMap((_, axis) => (random.chance(0.5) ? [axis] : []));
    const attrs = {
      axes: axes.length === 0 && !given ? [0] : axes,
      keepDims: !given || random.chance(0.5),
      rounding: random.pick(['double', 'single', 'float'] as const),
    };
    if (given ? given.dtype === 'float32' : random.chance(0.3))
      return {
        op,
        attrs,
        inputs: [given ?? float32(shape)],
        outputs: [{ dtype: 'float32' }],
      };
    return {
      op,
      attrs,
      inputs: [given ?? int8(random, shape)],
      outputs: [{ dtype: 'int8', quant: quantization(random) }],
    };
  };
}

export const mean = average('mean');
export const sum = average('sum');

export const batchMatmul: CaseMaker = (random, operand) => {
  const given = operand && operand.shape.length >= 2 ? takes(operand) : undefined;
  const [rows, depth, columns] = [random.int(1, 5), random.int(1, 6), random.int(1, 5)];
  const attrs = { transposeA: random.chance(0.4), transposeB: random.chance(0.4) };
  const batch =
    given?.shape.slice(0, -2) ?? [random.int(1, 3), random.int(1, 2)].slice(random.int(0, 2));
  const other = batch
    .map((size) => (random.chance(0.3) ? 1 : size))
    .slice(random.int(0, batch.length));
  const a = given?.shape ?? [...batch, ...(attrs.transposeA ? [depth, rows] : [rows, depth])];
  const inner = a.at(attrs.transposeA ? -2 : -1)!;
  const b = [...other, ...(attrs.transposeB ? [columns, inner] : [inner, columns])];
  const first = given ?? (random.chance(0.4) ? float32(a) : int8(random, a));
  const float = first.dtype === 'float32';
  const second = random.chance(0.3)
    ? float
      ? floatWeights(random, b)
      : { ...weights(random, b, 0), quant: quantization(random) }
    : float
      ? float32(b)
      : int8(random, b);
  const output = float
    ? { dtype: 'float32' as const }
    : { dtype: 'int8' as const, quant: quantization(random) };
  return { op: 'batch_matmul', attrs, inputs: [first, second], outputs: [output] };
};

export const transposeConv2d: CaseMaker = (random, operand) => {
  const given = takes(operand, 4);
  const { attrs, plane } = window(random);
  const { kernel, stride } = attrs;
  const [height, width] = given ? [given.shape[1]!, given.shape[2]!] : (plane as [number, number]);
  const padding = [0, 1, 0, 1].map((axis) => random.int(0, kernel[axis]! - 1));
  const along = (size: number, axis: number) =>
    Math.max(1, (size - 1) * stride[axis]! + kernel[axis]! - padding[axis]! - padding[axis + 2]!);
  const channels = given ? given.shape[3]! : random.int(1, 8);
  const outputs = random.int(1, 6);
  return convolution(random, {
    op: 'transpose_conv2d',
    attrs: {
      ...attrs,
      rounding: random.pick(['double', 'single'] as const),
      ...{ dilation: [1, 1], padding, output: [along(height, 0), along(width, 1)] },
    },
    given,
    shape: [random.chance(0.1) ? 2 : 1, height, width, channels],
    kernel: [outputs, ...kernel, channels],
    ...{ axis: 0, outputs },
  });
};
