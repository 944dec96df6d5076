import type { TensorType, TypedNode } from '../ir/types.ts';
import { perTensor } from '../ir/types.ts';
import { quantizeMultiplier } from '../support/fixed-point.ts';
import type { Multiplier, Rounding } from '../support/fixed-point.ts';
import { clampRange } from './activation/clamp.ts';
import type { Activation } from './activation/clamp.ts';
import { table } from './kernel.ts';
import type { Field } from './kernel.ts';

/**
 * The multipliers from accumulator to output, one for each output channel.
 * Source: kernel_util.cc, PopulateConvolutionQuantizationParams: the product in double precision.
 */
export function channelMultipliers(
  input: TensorType,
  weights: TensorType,
  output: TensorType,
  channels: number,
): Multiplier[] {
  const scales = weights.quant?.scales ?? [1];
  const inputScale = perTensor(input).scale;
  const outputScale = perTensor(output).scale;
  return Array.from({ length: channels }, (_, c) =>
    quantizeMultiplier((inputScale * scales[scales.length > 1 ? c : 0]!) / outputScale),
  );
}

/** Names of C functions and files end so when they round once. */
export function roundingSuffix(rounding: Rounding): string {
  return rounding === 'single' ? '_single' : '';
}

/** The members of nn_requantize; `shiftOf` gives the stored shift of an exponent. */
export function requantizeFields(
  node: TypedNode<{ readonly activation: Activation }>,
  multipliers: readonly Multiplier[],
  shiftOf = (shift: number) => shift,
): Record<string, Field> {
  const output = node.outputs[0]!;
  const [one] = multipliers;
  const uniform = multipliers.every(
    (m) => m.multiplier === one!.multiplier && m.shift === one!.shift,
  );
  const stored = uniform ? multipliers.slice(0, 1) : multipliers;
  const [low, high] = clampRange(node.attrs.activation, output);
  return {
    'requantize.multiplier': table(
      'multiplier',
      Int32Array.from(stored, (m) => m.multiplier),
    ),
    'requantize.shift': table(
      'shift',
      Int8Array.from(stored, (m) => shiftOf(m.shift)),
    ),
    'requantize.step': uniform ? 0 : 1,
    'requantize.zero': perTensor(output).zeroPoint,
    'requantize.low': low,
    'requantize.high': high,
  };
}
