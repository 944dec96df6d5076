import type { Random } from '../../src/support/random.ts';
import {
  ACTIVATIONS,
  float32,
  floatWeights,
  int8,
  quantization,
  weights,
} from '../support/cases.ts';
import type { CaseMaker, OpCase } from '../support/cases.ts';

// Two shapes that broadcast: equal, a scalar, a channel vector, a plane, or none of these.
function shapes(random: Random): [number[], number[]] {
  const shape = Array.from({ length: random.int(1, 4) }, () => random.int(1, 5));
  const other = random.pick([
    () => shape,
    () => [1],
    () => shape.slice(-1),
    () => shape.map((size, i) => (i === 0 ? 1 : size)),
    () => shape.map((size) => (random.chance(0.5) ? 1 : size)),
  ])();
  return random.chance(0.5) ? [shape, other] : [other, shape];
}

function binary(op: string): CaseMaker {
  return (random) => {
    const [a, b] = shapes(random);
    const attrs = {
      activation: random.pick(ACTIVATIONS),
      rounding: random.pick(['double', 'single'] as const),
    };
    if (random.chance(0.3)) {
      const second = random.chance(0.4) ? floatWeights(random, b) : float32(b);
      return { op, attrs, inputs: [float32(a), second], outputs: [{ dtype: 'float32' }] };
    }
    const second = random.chance(0.4) ? constant(random, b) : int8(random, b);
    return {
      op,
      attrs,
      inputs: [int8(random, a), second],
      outputs: [{ dtype: 'int8', quant: quantization(random) }],
    };
  };
}

const constant = (random: Random, shape: number[]) => ({
  ...weights(random, shape, 0),
  quant: quantization(random),
});

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');

export const prelu: CaseMaker = (random) => {
  const shape = [1, random.int(1, 4), random.int(1, 4), random.int(1, 6)];
  const slope = random.pick([[shape[3]!], [1, 1, shape[3]!], [1]]);
  const attrs = { activation: 'none', rounding: 'double' };
  if (random.chance(0.3)) {
    return {
      op: 'prelu',
      attrs,
      inputs: [float32(shape), floatWeights(random, slope)],
      outputs: [{ dtype: 'float32' }],
    };
  }
  return {
    op: 'prelu',
    attrs,
    inputs: [int8(random, shape), constant(random, slope)],
    outputs: [{ dtype: 'int8', quant: quantization(random) }],
  };
};

function unary(
  op: string,
  attrs: (random: Random) => object,
  fixed?: { scale: number; zeroPoint: number },
): CaseMaker {
  return (random): OpCase => {
    const shape = [random.int(1, 4), random.int(1, 70)];
    if (random.chance(0.35))
      return {
        op,
        attrs: attrs(random),
        inputs: [float32(shape)],
        outputs: [{ dtype: 'float32' }],
      };
    const quant = fixed
      ? { scales: [fixed.scale], zeroPoints: [fixed.zeroPoint], axis: 0 }
      : quantization(random);
    return {
      op,
      attrs: attrs(random),
      inputs: [int8(random, shape)],
      outputs: [{ dtype: 'int8', quant }],
    };
  };
}

const rounding = (random: Random) => random.pick(['double', 'single'] as const);

export const relu = unary('relu', (random) => ({
  activation: random.pick(ACTIVATIONS),
  rounding: rounding(random),
}));
export const leakyRelu = unary('leaky_relu', (random) => ({
  alpha: Math.fround(random.real(-0.5, 0.9)),
  rounding: rounding(random),
}));
export const logistic = unary('logistic', () => ({}), { scale: 1 / 256, zeroPoint: -128 });
export const tanh = unary('tanh', () => ({}), { scale: 1 / 128, zeroPoint: 0 });

// Its output's scale has to be near its input's.
export const hardSwish: CaseMaker = (random) => {
  const made = unary('hard_swish', () => ({}))(random);
  if (made.outputs[0]!.dtype === 'float32') return made;
  const scale = Math.fround(made.inputs[0]!.quant!.scales[0]! * random.real(0.5, 2));
  return {
    ...made,
    outputs: [
      { dtype: 'int8', quant: { scales: [scale], zeroPoints: [random.int(-128, 127)], axis: 0 } },
    ],
  };
};

export const softmax: CaseMaker = (random) => {
  const arithmetic = random.pick(['fixed', 'float'] as const);
  return unary('softmax', () => ({ beta: random.pick([1, 1, 0.5]), arithmetic }), {
    scale: 1 / 256,
    zeroPoint: -128,
  })(random);
};

export const logSoftmax = unary('log_softmax', () => ({}), { scale: 16 / 256, zeroPoint: 127 });

export const quantize: CaseMaker = (random) => {
  const shape = [random.int(1, 3), random.int(1, 40)];
  const byte = (): 'int8' | 'uint8' => random.pick(['int8', 'uint8'] as const);
  const from = random.pick(['float32', byte(), byte()] as const);
  const to = byte();
  const unsigned = (dtype: string) =>
    dtype === 'uint8' ? random.int(0, 255) : random.int(-128, 127);
  const input = {
    dtype: from,
    shape,
    ...(from !== 'float32' && { quant: quantization(random, unsigned(from)) }),
  };
  const flips = input.quant && from !== to && random.chance(0.5);
  const zeroPoint = (input.quant?.zeroPoints[0] ?? 0) + (to === 'uint8' ? 128 : -128);
  const quant = flips
    ? { ...input.quant!, zeroPoints: [zeroPoint] }
    : quantization(random, unsigned(to));
  return {
    op: 'quantize',
    attrs: { rounding: rounding(random) },
    inputs: [input],
    outputs: [{ dtype: to, quant }],
  };
};

export const dequantize: CaseMaker = (random) => {
  const dtype = random.pick(['int8', 'uint8'] as const);
  const quant = quantization(random, dtype === 'uint8' ? random.int(0, 255) : undefined);
  return {
    op: 'dequantize',
    attrs: {},
    inputs: [{ dtype, shape: [random.int(1, 50)], quant }],
    outputs: [{ dtype: 'float32' }],
  };
};
