/** How noise is taken away: shares in 2^-14, as TFLite Micro's signal library has them. */
export interface NoiseSettings {
  /** How fast the estimate follows, of even and odd channels. */
  readonly even: number;
  readonly odd: number;
  /** What stays of a channel at least. */
  readonly remaining: number;
  /** Bits below a channel's units that the estimate keeps. */
  readonly smoothingBits: number;
}

export const SHARE_BITS = 14;

/**
 * Channels without the noise that seems to be under them; `estimates` goes along. All of them are
 * whole numbers of 32 bits. Source: tflite-micro, signal/src/filter_bank_spectral_subtraction.cc,
 * without clamping.
 */
export function subtractNoise(
  channels: readonly number[],
  estimates: Uint32Array,
  { even, odd, remaining, smoothingBits }: NoiseSettings,
): number[] {
  const one = 2 ** SHARE_BITS;
  return channels.map((channel, i) => {
    const share = i % 2 === 0 ? even : odd;
    const scaled = (channel << smoothingBits) >>> 0;
    // A product of 32 and 14 bits: exact.
    const estimate = Math.floor((scaled * share + estimates[i]! * (one - share)) / one);
    estimates[i] = estimate;
    const left = (scaled - Math.min(estimate, scaled)) >>> smoothingBits;
    return Math.max(left, Math.floor((channel * remaining) / one));
  });
}
