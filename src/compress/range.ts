import type { Quantization } from '../ir/types.ts';
import { Histogram } from './histogram.ts';

export type RangeMethod = 'minmax' | 'percentile' | 'mse';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The least and the largest of values, those that equal `except` left out; NaN where one is NaN. */
export function limitsOf(
  values: ArrayLike<number>,
  except?: number,
  { low, high }: Range = { low: Infinity, high: -Infinity },
): Range {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === except) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

/** The width of a range as int8 covers it: with zero. */
export function spanOf({ low, high }: Range): number {
  return Math.max(high, 0) - Math.min(low, 0);
}

const PERCENTILE = 0.9999;
const STEPS = 24;

/** The range of a tensor that int8 is to cover; each side is clipped by itself. */
export function chooseRange(histogram: Histogram, method: RangeMethod): Range {
  const { low, high } = histogram;
  if (method === 'minmax' || low === high) return { low, high };
  if (method === 'percentile') {
    return {
      low: Math.max(low, histogram.quantile(1 - PERCENTILE) - histogram.width),
      high: Math.min(high, histogram.quantile(PERCENTILE)),
    };
  }
  return leastError(histogram);
}

// Clips one side after the other, as far as the expected squared error falls.
function leastError(histogram: Histogram): Range {
  let best: Range = { low: histogram.low, high: histogram.high };
  let error = squaredError(histogram, best);
  for (const side of ['low', 'high', 'low'] as const) {
    for (let step = 1; step < STEPS; step++) {
      const kept = 1 - step / STEPS;
      const candidate = { ...best, [side]: histogram[side] * kept };
      const next = squaredError(histogram, candidate);
      if (next < error) [best, error] = [candidate, next];
    }
  }
  return best;
}

/** Rounding error within the range (step^2 / 12) and clipping error beyond it. */
export function squaredError(histogram: Histogram, { low, high }: Range): number {
  const step = (Math.max(high, 0) - Math.min(low, 0)) / 255;
  let error = 0;
  for (let bin = 0; bin < Histogram.BINS; bin++) {
    const count = histogram.counts[bin]!;
    if (count === 0) continue;
    const value = histogram.centre(bin);
    const beyond = value < low ? low - value : value > high ? value - high : 0;
    error += count * (beyond * beyond + (step * step) / 12);
  }
  return error;
}

/** The real numbers that a per-tensor int8 quantization covers. */
export function rangeOf({ scales, zeroPoints }: Quantization): Range {
  const [scale, zeroPoint] = [scales[0]!, zeroPoints[0]!];
  return { low: (-128 - zeroPoint) * scale, high: (127 - zeroPoint) * scale };
}

/** Per-tensor int8 quantization of a range, widened to hold 0 exactly (TFLite int8 spec). */
export function quantizationOf({ low, high }: Range): Quantization {
  const [least, most] = [Math.min(low, 0), Math.max(high, 0)];
  const scale = Math.fround((most - least) / 255) || Math.fround(1 / 255);
  // Adding 0 turns -0 into 0.
  const zeroPoint = Math.max(-128, Math.min(127, Math.round(-128 - least / scale))) + 0;
  return { scales: [scale], zeroPoints: [zeroPoint], axis: 0 };
}
