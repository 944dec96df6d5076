import { Histogram } from './histogram.ts';

export type RangeMethod = 'minmax' | 'percentile' | 'mse';

export interface Range {
  readonly low: number;
  readonly high: number;
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

/** Per-tensor int8 quantization of a range, widened to hold 0 exactly (TFLite int8 spec). */
export function quantizationOf({ low, high }: Range) {
  const [least, most] = [Math.min(low, 0), Math.max(high, 0)];
  const scale = Math.fround((most - least) / 255) || 1 / 255;
  const zeroPoint = Math.max(-128, Math.min(127, Math.round(-128 - least / scale)));
  return { scales: [scale], zeroPoints: [zeroPoint], axis: 0 };
}
