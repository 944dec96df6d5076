import type { Random } from '../../src/support/random.ts';
import {
  ACTIVATIONS,
  bias,
  float32,
  floatWeights,
  int8,
  quantization,
  weights,
} from '../support/cases.ts';
import type { CaseMaker, OpCase } from '../support/cases.ts';

function window(random: Random) {
  const pair = (most: number) => [random.int(1, most), random.int(1, most)];
  const kernel = random.pick([[1, 1], [3, 3], pair(4), pair(4)]);
  const dilation = random.chance(0.25) ? pair(2) : [1, 1];
  const reach = [0, 1].map((axis) => (kernel[axis]! - 1) * dilation[axis]!);
  const padding = [0, 1, 0, 1].map((axis) => random.int(0, reach[axis]!));
  const plane = [0, 1].map((axis) => reach[axis]! + random.int(1, 6));
  const activation = random.pick(ACTIVATIONS);
  const rounding = random.pick(['double', 'double', 'single'] as const);
  return { attrs: { kernel, stride: pair(3), dilation, padding, activation, rounding }, plane };
}

export const conv2d: CaseMaker = (random) => {
  const { attrs, plane } = window(random);
  const groups = random.chance(0.15) ? 2 : 1;
  const channels = groups * random.pick([1, 2, 3, 4, 5, 8, 12]);
  const outputs = groups * random.int(1, 9);
  const shape = [random.chance(0.1) ? 2 : 1, ...plane, channels];
  const kernel = [outputs, ...attrs.kernel, channels / groups];
  return convolution(random, { op: 'conv2d', attrs, shape, kernel, axis: 0, outputs });
};

// The window of most depthwise layers; now and then a plane that is gathered in several blocks.
function usualWindow(random: Random) {
  const { attrs } = window(random);
  const stride = random.int(1, 2);
  const large = random.chance(0.15);
  return {
    attrs: {
      ...attrs,
      ...{ kernel: [3, 3], stride: [stride, stride], dilation: [1, 1] },
      padding: attrs.padding.map((p) => Math.min(p, 2)),
    },
    plane: large ? [random.int(24, 40), random.int(40, 50)] : [random.int(3, 9), random.int(3, 9)],
  };
}

export const depthwise: CaseMaker = (random) => {
  const { attrs, plane } = random.chance(0.5) ? usualWindow(random) : window(random);
  const channels = plane[0]! > 20 ? 2 : random.pick([1, 2, 3, 4, 8, 12, 16]);
  const outputs = channels * random.pick([1, 1, 1, 2, 3]);
  const shape = [random.chance(0.1) ? 2 : 1, ...plane, channels];
  return convolution(random, {
    op: 'depthwise_conv2d',
    attrs,
    shape,
    kernel: [1, ...attrs.kernel, outputs],
    axis: 3,
    outputs,
  });
};

interface Weighted {
  readonly op: string;
  readonly attrs: object;
  readonly shape: readonly number[];
  readonly kernel: readonly number[];
  /** Axis of the weights along which the outputs lie. */
  readonly axis: number;
  readonly outputs: number;
}

function convolution(
  random: Random,
  { op, attrs, shape, kernel, axis, outputs }: Weighted,
): OpCase {
  if (random.chance(0.25)) {
    const biases = random.chance(0.8) ? floatWeights(random, [outputs]) : undefined;
    return {
      op,
      attrs,
      inputs: [float32(shape), floatWeights(random, kernel), biases],
      outputs: [{ dtype: 'float32' }],
    };
  }
  // Sometimes weights of -128, huge biases (dead channels), or a zero point of the weights.
  const taps = weights(random, kernel, axis, random.chance(0.1) ? 128 : 127);
  const most = random.chance(0.15) ? 2 ** 30 : 5000;
  const zeroed = random.chance(0.15) && taps.quant!.scales.length === 1;
  const quant = zeroed ? { ...taps.quant!, zeroPoints: [random.int(-20, 20)] } : taps.quant!;
  return {
    op,
    attrs,
    inputs: [
      int8(random, shape),
      { ...taps, quant },
      random.chance(0.9) ? bias(random, outputs, most) : undefined,
    ],
    outputs: [{ dtype: 'int8', quant: quantization(random) }],
  };
}

export const dense: CaseMaker = (random) => {
  const depth = random.int(1, 40);
  const outputs = random.int(1, 14);
  const attrs = {
    activation: random.pick(ACTIVATIONS),
    rounding: random.pick(['double', 'single'] as const),
    keepDims: false,
  };
  return convolution(random, {
    op: 'dense',
    attrs,
    shape: [random.int(1, 3), depth],
    kernel: [outputs, depth],
    axis: 0,
    outputs,
  });
};

function pool(op: string): CaseMaker {
  return (random) => {
    const { attrs, plane } = window(random);
    const padding = attrs.padding.map((p, i) => Math.min(p, attrs.kernel[i % 2]! - 1));
    const flat = { ...attrs, dilation: [1, 1], padding };
    const shape = [random.chance(0.1) ? 2 : 1, ...plane, random.int(1, 6)];
    if (random.chance(0.3))
      return { op, attrs: flat, inputs: [float32(shape)], outputs: [{ dtype: 'float32' }] };
    const quant = quantization(random);
    return {
      op,
      attrs: flat,
      inputs: [int8(random, shape, quant)],
      outputs: [{ dtype: 'int8', quant }],
    };
  };
}

export const averagePool = pool('average_pool');
export const maxPool = pool('max_pool');

export const mean: CaseMaker = (random) => {
  const shape = Array.from({ length: random.int(1, 5) }, () => random.int(1, 5));
  const axes = shape.flatMap((_, axis) => (random.chance(0.5) ? [axis] : []));
  const attrs = {
    axes: axes.length === 0 ? [0] : axes,
    keepDims: true,
    rounding: random.pick(['double', 'single'] as const),
  };
  if (random.chance(0.3))
    return { op: 'mean', attrs, inputs: [float32(shape)], outputs: [{ dtype: 'float32' }] };
  return {
    op: 'mean',
    attrs,
    inputs: [int8(random, shape)],
    outputs: [{ dtype: 'int8', quant: quantization(random) }],
  };
};
