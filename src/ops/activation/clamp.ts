import { Unsupported } from '../op.ts';
import { perTensor, storedRange } from '../../ir/types.ts';
import type { TensorType } from '../../ir/types.ts';
import { clamp, roundHalfAway } from '../../support/fixed-point.ts';

/** An activation that is a clamp, fused into the operator before it. */
export type Activation = 'none' | 'relu' | 'relu6' | 'relu_n1_to_1';

const RANGES: Record<Activation, readonly [number, number]> = {
  none: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
  relu_n1_to_1: [-1, 1],
};

const LARGEST_FLOAT = 3.4028234663852886e38;

/** By TFLite's ActivationFunctionType. */
export function tfliteActivation(code: number): Activation {
  const activation = (['none', 'relu', 'relu_n1_to_1', 'relu6'] as const)[code];
  if (!activation) throw new Unsupported(`its fused activation (code ${code}) is not a clamp`);
  return activation;
}

/** One clamp after another as one clamp, where the one contains the other. */
export function combineActivations(inner: Activation, outer: Activation): Activation | undefined {
  const [a, b] = [RANGES[inner], RANGES[outer]];
  if (a[0] <= b[0] && a[1] >= b[1]) return outer;
  return b[0] <= a[0] && b[1] >= a[1] ? inner : undefined;
}

/** Whether an int8 output is clamped further than its type does by itself. */
export function clampsInt8(activation: Activation, type: TensorType): boolean {
  const [low, high] = clampRange(activation, type);
  return low > -128 || high < 127;
}

/** Limits of the stored output: [low, high]. Source: kernel_util.cc, CalculateActivationRangeQuantized. */
export function clampRange(activation: Activation, type: TensorType): [number, number] {
  const [low, high] = RANGES[activation];
  if (type.dtype === 'float32') {
    return [Math.max(low, -LARGEST_FLOAT), Math.min(high, LARGEST_FLOAT)];
  }
  const [least, most] = storedRange(type.dtype);
  if (!type.quant) return [Math.max(low, least), Math.min(high, most)];
  const { scale, zeroPoint } = perTensor(type);
  const stored = (real: number, otherwise: number) =>
    Number.isFinite(real)
      ? clamp(zeroPoint + roundHalfAway(Math.fround(real / Math.fround(scale))), least, most)
      : otherwise;
  return [stored(low, least), stored(high, most)];
}
