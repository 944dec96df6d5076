import { bitsOf } from './roots.ts';

/**
 * The first half of a Hann window of `length` samples, its middle included, times `scale`, rounded.
 * `offset` is where between two samples the window begins: 1/2 as TFLite Micro has it
 * (python/tflite_micro/signal/ops/window_op.py), 0 as tf.signal.hann_window.
 */
export function hannHalf(length: number, offset: 0 | 0.5, scale: number): Int16Array {
  const count = offset === 0 ? Math.floor(length / 2) + 1 : Math.ceil(length / 2);
  return Int16Array.from({ length: count }, (_, i) =>
    Math.round(scale * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + offset)) / length))),
  );
}

/** Where in its first half a window has the value of sample `i`. */
export function halfIndex(i: number, length: number, half: number): number {
  const last = 2 * half > length + 1 ? length : length - 1;
  return i < half ? i : last - i;
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
