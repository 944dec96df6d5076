import { bitsOf } from './roots.ts';

/** A window, the same from both ends. */
export interface HannWindow {
  /** Its first half, the middle included. */
  readonly half: Int32Array;
  /** Behind it sample `i` has the value of sample `mirror - i`. */
  readonly mirror: number;
}

/**
 * A Hann window of `length` samples times `scale`, rounded. `offset` is where between two samples it
 * begins: 1/2 as TFLite Micro has it (python/tflite_micro/signal/ops/window_op.py), 0 as
 * tf.signal.hann_window.
 */
export function hannWindow(length: number, offset: 0 | 0.5, scale: number): HannWindow {
  const count = offset === 0 ? Math.floor(length / 2) + 1 : Math.ceil(length / 2);
  const half = Int32Array.from({ length: count }, (_, i) =>
    Math.round(scale * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + offset)) / length))),
  );
  return { half, mirror: offset === 0 ? length : length - 1 };
}

/** What a window is at sample `i`. */
export function weightAt({ half, mirror }: HannWindow, i: number): number {
  return half[i < half.length ? i : mirror - i]!;
}

/** A sample times a window's value, cut, within 16 bits. Source: tflite-micro, signal/src/window.cc. */
export function windowed(sample: number, weight: number, shift: number): number {
  return Math.min(Math.max((sample * weight) >> shift, -32768), 32767);
}

/**
 * By how many bits samples of 16 bits can be shifted up. Source: tflite-micro, fft_auto_scale.cc and
 * max_abs.cc, with what these make of -32768: its size is no number of 16 bits, and the samples
 * behind it count as if none had come before.
 */
export function scaleBits(samples: Int16Array): number {
  let most = 0;
  for (const sample of samples)
    if (sample > most) most = sample;
    else if (-sample > most) most = sample === -32768 ? -32768 : -sample;
  return most <= 0 ? 0 : 15 - bitsOf(most);
}
