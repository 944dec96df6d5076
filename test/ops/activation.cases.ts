import { elementaryFunctions } from '../../src/ops/activation/functions.ts';
import type { Quantization } from '../../src/ir/types.ts';
import type { Random } from '../../src/support/random.ts';
import { ACTIVATIONS, float32, int8, quantization, takes } from '../support/cases.ts';
import type { CaseMaker, CaseTensor, OpCase } from '../support/cases.ts';

function unary(
  op: string,
  attrs: (random: Random) => object,
  fixed?: { scale: number; zeroPoint: number },
): CaseMaker {
  return (random, operand): OpCase => {
    const given = takes(operand);
    const shape = given?.shape ?? [random.int(1, 4), random.int(1, 70)];
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

export const relu = unary('relu', (random) => ({
  activation: random.pick(ACTIVATIONS),
  rounding: rounding(random),
}));
export const leakyRelu = unary('leaky_relu', (random) => ({
  alpha: Math.fround(random.real(-0.5, 0.9)),
  rounding: rounding(random),
}));
export const clip = unary('clip', (random) => {
  const low = random.pick([-Infinity, 0, Math.fround(random.real(-3, 1))]);
  return { low, high: random.pick([Infinity, 20, Math.fround(low > -4 ? low + 2 : 0)]) };
});
export const logistic = unary('logistic', () => ({}), { scale: 1 / 256, zeroPoint: -128 });
export const tanh = unary('tanh', () => ({}), { scale: 1 / 128, zeroPoint: 0 });

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
  const arithmetic = random.pick(['fixed', 'float'] as const);
  return unary('softmax', () => ({ beta: random.pick([1, 1, 0.5]), arithmetic }), {
    scale: 1 / 256,
    zeroPoint: -128,
  })(random, given);
};

export const logSoftmax = unary('log_softmax', () => ({}), { scale: 16 / 256, zeroPoint: 127 });
