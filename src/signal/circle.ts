/** What a cosine of 1 is with 16 bits (kissfft, _kiss_fft_guts.h: SAMP_MAX), and with 32. */
export const UNIT_16 = 32767;
export const UNIT_32 = 2 ** 30;

/**
 * Cosines of the first quarter of a circle of `steps`, times `unit`, the quarter's end included: all
 * that a Fourier or a cosine transform of as many steps needs. `steps` is a multiple of four.
 * Source of the rounding: kissfft, _kiss_fft_guts.h, KISS_FFT_COS.
 */
export function quarterCosine(steps: number, unit: number): Int32Array {
  return Int32Array.from({ length: steps / 4 + 1 }, (_, i) =>
    Math.floor(0.5 + unit * Math.cos((2 * Math.PI * i) / steps)),
  );
}

/** The cosine of `step` of a whole circle, 0 to steps - 1, of its first quarter. */
export function cosineAt(quarter: Int32Array, step: number): number {
  const half = 2 * (quarter.length - 1);
  const at = step > half ? 2 * half - step : step;
  return at <= half / 2 ? quarter[at]! : -quarter[half - at]!;
}

/** The sine of `step` of a whole circle, 0 to steps - 1. */
export function sineAt(quarter: Int32Array, step: number): number {
  const steps = 4 * (quarter.length - 1);
  return cosineAt(quarter, (step + (3 * steps) / 4) % steps);
}
