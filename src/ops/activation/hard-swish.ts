import { perTensor } from '../../ir/types.ts';
import { clamp, quantizeMultiplier, roundingDivideByPOT } from '../../support/fixed-point.ts';
import { noAttributes } from '../attributes.ts';
import { defineUnary } from './unary.ts';

/**
 * x * relu6(x + 3) / 6. Source: reference/hard_swish.h, HardSwish: int16 arithmetic, the last
 * product truncated.
 */
export const hardSwish = defineUnary<object>({
  name: 'hard_swish',
  summary: 'x * relu6(x + 3) / 6',
  attributes: noAttributes,
  tflite: { HARD_SWISH: () => ({}) },
  reject({ inputs, outputs }) {
    if (outputs[0]!.dtype === 'float32') return undefined;
    const { output } = multipliers(perTensor(inputs[0]!).scale, perTensor(outputs[0]!).scale);
    return output.shift <= 0
      ? undefined
      : "its output's scale is below its input's by more than 2^7";
  },
  integer({ inputs, outputs }) {
    const [input, output] = [perTensor(inputs[0]!), perTensor(outputs[0]!)];
    const by = multipliers(input.scale, output.scale);
    return (x) => {
      const raised = (x - input.zeroPoint) * 128;
      const scaled = doublingHighMul16(raised, by.output.half);
      const gate = (reluish(raised, by.gate) + 32768) >> 1;
      const product = Math.trunc((gate * scaled) / 32768);
      return clamp(roundingDivideByPOT(product, -by.output.shift) + output.zeroPoint, -128, 127);
    };
  },
  float: () => (x) => {
    const gate = Math.min(6, Math.max(0, Math.fround(x + 3)));
    return Math.fround(Math.fround(x * gate) / 6);
  },
  f32: { template: 'hard-swish-f32' },
});

interface HalfMultiplier {
  readonly half: number;
  readonly shift: number;
}

// Source: tensorflow/lite/micro/kernels/hard_swish_common.cc.
function multipliers(inputScale: number, outputScale: number) {
  const f = Math.fround;
  const raised = f(f(1 / 128) * inputScale);
  return {
    output: halve(quantizeMultiplier(f(raised / outputScale))),
    gate: halve(quantizeMultiplier(f(raised / f(3 / 32768)))),
  };
}

// The gate relu6(x + 3) / 6 as a value in [-1, 1): saturating at every step.
function reluish(raised: number, { half, shift }: HalfMultiplier): number {
  const left = shift > 0 ? saturate16(raised * 2 ** (shift - 1)) : raised;
  const scaled = doublingHighMul16(left, half);
  if (shift > 0) return saturate16(scaled * 2);
  return shift < 0 ? roundingDivideByPOT(scaled, -shift) : scaled;
}

// Source: common.h, DownScaleInt32ToInt16Multiplier.
function halve({ multiplier, shift }: { multiplier: number; shift: number }): HalfMultiplier {
  const half = multiplier >= 2 ** 31 - 1 - 32768 ? 32767 : (multiplier + 32768) >> 16;
  return { half, shift };
}

// Source: gemmlowp SaturatingRoundingDoublingHighMul on int16.
function doublingHighMul16(a: number, b: number): number {
  if (a === -32768 && b === -32768) return 32767;
  const product = a * b;
  return Math.trunc((product + (product >= 0 ? 16384 : 1 - 16384)) / 32768);
}

function saturate16(value: number): number {
  return clamp(value, -32768, 32767);
}
