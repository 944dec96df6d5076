import type { TypedNode } from '../ir/types.ts';
import { perTensor } from '../ir/types.ts';
import { quantizeMultiplier } from '../support/fixed-point.ts';
import type { AnyRounding, Multiplier } from '../support/fixed-point.ts';
import { clampRange } from './activation/clamp.ts';
import type { Activation } from './activation/clamp.ts';
import { table } from './constant-array.ts';
import { struct } from './struct.ts';
import type { FieldsOf } from './struct.ts';

export const REQUANTIZE = struct(
  'nn_requantize',
  'Accumulator to output: multiplier and shift of channel o stand at index o * step.',
  {
    multiplier: 'const int32_t *',
    shift: 'const int8_t *',
    step: 'int16_t',
    zero: 'int16_t',
    low: 'int16_t',
    high: 'int16_t',
  },
);

/**
 * The multipliers from accumulator to output, one for each output channel.
 * Source: kernel_util.cc, PopulateConvolutionQuantizationParams: the product in double precision.
 */
export function channelMultipliers(
  { attrs, inputs, outputs }: TypedNode<{ readonly rounding: AnyRounding }>,
  channels: number,
): Multiplier[] {
  const scales = inputs[1]!.quant?.scales ?? [1];
  const inputScale = perTensor(inputs[0]!).scale;
  const outputScale = perTensor(outputs[0]!).scale;
  // Each operation in single precision: ONNX Runtime, qlinearconv.cc (design/onnx.md, section 2).
  const f = attrs.rounding === 'float' ? Math.fround : (x: number) => x;
  return Array.from({ length: channels }, (_, c) =>
    quantizeMultiplier(f(f(inputScale * scales[scales.length > 1 ? c : 0]!) / outputScale)),
  );
}

/** The suffixes of C functions and files that round once or twice. */
export const ROUNDING_AXIS = { double: '', single: '_single' } as const;

/** The members of nn_requantize; `shiftOf` gives the stored shift of an exponent. */
export function requantizeFields(
  node: TypedNode<{ readonly activation: Activation }>,
  multipliers: readonly Multiplier[],
  shiftOf = (shift: number) => shift,
): FieldsOf<(typeof REQUANTIZE)['members']> {
  const output = node.outputs[0]!;
  const stored = isUniform(multipliers) ? multipliers.slice(0, 1) : multipliers;
  const [low, high] = clampRange(node.attrs.activation, output);
  return {
    multiplier: table(
      'multiplier',
      Int32Array.from(stored, (m) => m.multiplier),
    ),
    shift: table(
      'shift',
      Int8Array.from(stored, (m) => shiftOf(m.shift)),
    ),
    step: isUniform(multipliers) ? 0 : 1,
    zero: perTensor(output).zeroPoint,
    low,
    high,
  };
}

/** Bytes of the tables of multipliers and shifts. */
export function requantizeBytes(multipliers: readonly Multiplier[]): number {
  return 5 * (isUniform(multipliers) ? 1 : multipliers.length);
}

function isUniform(multipliers: readonly Multiplier[]): boolean {
  const [one] = multipliers;
  return multipliers.every((m) => m.multiplier === one!.multiplier && m.shift === one!.shift);
}
