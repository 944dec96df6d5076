import { bytesOf } from '../support/bytes.ts';
import { naturalLogarithm } from '../signal/logarithm.ts';
import { SoundFrames } from './sound-frames.ts';
import type { SoundFrame } from './sound-frames.ts';
import type { SoundPlan } from './sound-plan.ts';
import { storeFeature } from './sound-values.ts';

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  float32: Float32Array,
} as const;

/** ln 32768 in 65536ths. */
const FULL_SCALE = naturalLogarithm(32768);

/** How many samples the frames of an input take. */
export function soundLength({ frames, stride, window }: SoundPlan): number {
  return (frames - 1) * stride + window;
}

/**
 * The bytes of a model's input, little endian, made of the first samples of a sound: the noise is
 * silence before them, and where they are too few, so is what follows.
 */
export function soundTensor(samples: Int16Array, plan: SoundPlan): Uint8Array {
  const frames = new SoundFrames(plan);
  const whole = new Int16Array(soundLength(plan));
  whole.set(samples.subarray(0, whole.length));
  return framesTensor(
    plan,
    Array.from({ length: plan.frames }, (_, i) =>
      frames.next(whole.subarray(i * plan.stride, i * plan.stride + plan.window)),
    ),
  );
}

/** The same of frames that are made, as many as the input holds, the oldest first. */
export function framesTensor(plan: SoundPlan, frames: readonly SoundFrame[]): Uint8Array {
  const { features, timeLast, peak } = plan;
  const tensor = new ARRAYS[plan.dtype as keyof typeof ARRAYS](frames.length * features);
  const loss = peak ? lossOf(plan, frames) : 0;
  frames.forEach((frame, t) =>
    frame.features.forEach((feature, k) => {
      const isChanged = peak !== undefined && k < peak.count;
      const level = isChanged ? Math.max(feature - loss, peak.least) : feature;
      tensor[timeLast ? k * frames.length + t : t * features + k] = storeFeature(
        plan.values,
        level,
      );
    }),
  );
  return bytesOf(tensor);
}

// What the logarithm of the greatest sample, as a share of full scale, is in features.
function lossOf({ peak }: SoundPlan, frames: readonly SoundFrame[]): number {
  const most = frames.reduce((size, frame) => Math.max(size, frame.peak), 1);
  const logarithm = naturalLogarithm(most) - FULL_SCALE;
  return Math.floor((logarithm * peak!.gain + 2 ** 29) / 2 ** 30);
}
