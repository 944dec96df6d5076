import { elementaryFunctions } from '../../src/ops/activation/functions.ts';
import type { Quantization } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import {
  ACTIVATIONS,
  float32,
  int16,
  int8,
  quantization,
  takes,
  wideQuantization,
} from '../support/cases.ts';
import type { CaseMaker, CaseTensor, OpCase } from '../support/cases.ts';

function unary(
  op: string,
  attrs: (random: Random) => object,
  fixed?: { scale: number; zeroPoint: number },
  wide?: (random: Random) => Quantization,
): CaseMaker {
  return (random, operand): OpCase => {
    const given = takes(operand, undefined, ['int8', 'float32', ...(wide ? ['int16'] : [])]);
    const shape = given?.shape ?? [random.int(1, 4), random.int(1, 70)];
    if (wide && (given ? given.dtype === 'int16' : random.chance(0.25)))
      return {
        op,
        attrs: { ...attrs(random), ...('rounding' in attrs(random) && { rounding: 'double' }) },
        inputs: [given ?? int16(random, shape)],
        outputs: [{ dtype: 'int16', quant: wide(random) }],
      };
    if (given ? given.dtype === 'float32' : random.chance(0.35))
      return {
        op,
        attrs: attrs(random),
        inputs: [given ?? float32(shape)],
        outputs: [{ dtype: 'float32' }],
      };
    const quant = fixed
      ? { scales: [fixed.scale], zeroPoints: [fixed.zeroPoint], axis: 0 }
      : (sameNow(random, given) ?? quantization(random));
    return {
      op,
      attrs: attrs(random),
      inputs: [given ?? int8(random, shape)],
      outputs: [{ dtype: 'int8', quant }],
    };
  };
}

// A given tensor's own quantization, half of the times: a clamp can be fused then.
function sameNow(random: Random, given: CaseTensor | undefined): Quantization | undefined {
  return given && random.chance(0.5) ? given.quant : undefined;
}

const rounding = (random: Random) => random.pick(['double', 'single'] as const);

/** Functions that have neither attributes nor a fixed output. */
export const functions = Object.fromEntries(
  elementaryFunctions.map(({ name }) => [name, unary(name, () => ({}))]),
);

export const relu = unary(
  'relu',
  (random) => ({ activation: random.pick(ACTIVATIONS), rounding: rounding(random) }),
  undefined,
  wideQuantization,
);
export const leakyRelu = unary(
  'leaky_relu',
  (random) => ({ alpha: Math.fround(random.real(-0.5, 0.9)), rounding: rounding(random) }),
  undefined,
  wideQuantization,
);
export const clip = unary('clip', (random) => {
  const low = random.pick([-Infinity, 0, Math.fround(random.real(-3, 1))]);
  return { low, high: random.pick([Infinity, 20, Math.fround(low > -4 ? low + 2 : 0)]) };
});
const fifteenBits = () => ({ scales: [2 ** -15], zeroPoints: [0], axis: 0 });
export const logistic = sigmoid('logistic', { scale: 1 / 256, zeroPoint: -128 });
export const tanh = sigmoid('tanh', { scale: 1 / 128, zeroPoint: 0 });

// On 16 bits, scales that are powers of two have an arithmetic of their own.
function sigmoid(op: string, fixed: { scale: number; zeroPoint: number }): CaseMaker {
  const any = unary(op, () => ({}), fixed, fifteenBits);
  return (random, given) => {
    const made = any(random, given);
    const [input] = made.inputs;
    if (given || input!.dtype !== 'int16' || random.chance(0.5)) return made;
    const quant = { scales: [2 ** random.int(-14, -9)], zeroPoints: [0], axis: 0 };
    return { ...made, inputs: [{ ...input!, quant }] };
  };
}

// Its output's scale has to be near its input's.
export const hardSwish: CaseMaker = (random, given) => {
  const made = unary('hard_swish', () => ({}))(random, given);
  if (made.outputs[0]!.dtype === 'float32') return made;
  const scale = Math.fround(made.inputs[0]!.quant!.scales[0]! * random.real(0.5, 2));
  return {
    ...made,
    outputs: [
      { dtype: 'int8', quant: { scales: [scale], zeroPoints: [random.int(-128, 127)], axis: 0 } },
    ],
  };
};

export const softmax: CaseMaker = (random, given) => {
  if (!given && random.chance(0.3)) return wideSoftmax(random);
  const arithmetic = random.pick(['fixed', 'float'] as const);
  return unary('softmax', () => ({ beta: random.pick([1, 1, 0.5]), arithmetic }), {
    scale: 1 / 256,
    zeroPoint: -128,
  })(random, given);
};

export const logSoftmax = unary('log_softmax', () => ({}), { scale: 16 / 256, zeroPoint: 127 });

// To 16 bits, from as many or from 8.
function wideSoftmax(random: Random): OpCase {
  const shape = [random.int(1, 4), random.int(1, 40)];
  const narrow = random.chance(0.5);
  const quant = narrow
    ? { scales: [2 ** -16], zeroPoints: [-32768], axis: 0 }
    : { scales: [2 ** -15], zeroPoints: [0], axis: 0 };
  return {
    op: 'softmax',
    attrs: { beta: random.pick([1, 0.5]), arithmetic: 'fixed' },
    inputs: [narrow ? int8(random, shape) : int16(random, shape)],
    outputs: [{ dtype: 'int16', quant }],
  };
}
