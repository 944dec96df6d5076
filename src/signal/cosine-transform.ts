import { cosineAt, quarterCosine, UNIT_16 } from './circle.ts';

/**
 * The first coefficients of a cosine transform of type II, orthogonal but for the first one, which
 * counts as the others: tf.signal.mfccs_from_log_mel_spectrograms. In whole numbers.
 */
export interface CosineTransform {
  readonly channels: number;
  readonly coefficients: number;
  /** Cosines of 4 * channels steps. */
  readonly quarter: Int32Array;
  /** A sum, in 65536ths of the input's units, times gain / 2^shift is a coefficient. */
  readonly gain: number;
}

export const GAIN_SHIFT = 30;

/** Takes logarithms in 65536ths; coefficients have `bits` bits below the point. */
export function cosineTransform(
  channels: number,
  coefficients: number,
  bits: number,
): CosineTransform {
  const gain = Math.round((Math.sqrt(2 / channels) * 2 ** (bits + GAIN_SHIFT)) / UNIT_16);
  return { channels, coefficients, quarter: quarterCosine(4 * channels, UNIT_16), gain };
}

export function transformChannels(
  { channels, coefficients, quarter, gain }: CosineTransform,
  logarithms: readonly number[],
): number[] {
  return Array.from({ length: coefficients }, (_, k) => {
    let sum = 0;
    for (let m = 0, step = k; m < channels; m++, step = (step + 2 * k) % (4 * channels))
      sum += logarithms[m]! * cosineAt(quarter, step);
    const cut = Math.floor((sum + 32768) / 65536);
    return Math.floor((cut * gain + 2 ** (GAIN_SHIFT - 1)) / 2 ** GAIN_SHIFT);
  });
}
