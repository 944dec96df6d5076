import { z } from 'zod';

const milliseconds = z.number().min(1).max(1000);
const hertz = z.number().min(0).max(96_000);
const share = z.number().min(0).max(1);

const noise = z.strictObject({
  /** How fast the estimate of noise follows, in even and odd channels. */
  even: share.default(0.025),
  odd: share.default(0.06),
  /** What stays of a channel at least. */
  remaining: share.default(0.05),
  /** Bits below a channel's units that the estimate keeps. */
  smoothingBits: z.int().min(6).max(12).default(10),
});

const gain = z.strictObject({
  strength: share.default(0.95),
  offset: z.number().min(1).max(10_000).default(80),
  gainBits: z.int().min(19).max(24).default(21),
});

const orOff = <T extends z.ZodType>(settings: T) =>
  z.union([z.literal(false), z.literal(true).transform(() => settings.parse({})), settings]);

const fields = z.strictObject({
  /** Hertz of the samples that the model was trained on. */
  sampleRate: z.int().min(1000).max(192_000),
  /** How long a frame is, and from the start of one to that of the next. */
  window: milliseconds,
  stride: milliseconds,
  /** Samples of the Fourier transform; the least power of two that holds a window when left out. */
  fft: z.union([64, 128, 256, 512, 1024, 2048].map((size) => z.literal(size))).optional(),
  /** Filters on the mel scale, and the hertz between which they are. */
  mels: z.int().min(1).max(128),
  lower: hertz,
  upper: hertz,
  /** energy: as TFLite Micro's signal library, in 16 bits; magnitude: as tf.signal, in 32. */
  spectrum: z.enum(['energy', 'magnitude']),
  /** Takes a slow estimate of noise away; spectrum energy only. */
  noiseReduction: orOff(noise),
  /** Divides by the same estimate (per-channel amplitude normalization). */
  pcan: orOff(gain),
  /** What is added to a filter before its logarithm is taken, where full scale is 1; spectrum magnitude only. */
  floor: z.number().min(1e-8).max(1),
  /** peak: as if the greatest sample of all frames of an input were full scale; spectrum magnitude only. */
  normalize: z.enum(['none', 'peak']),
  /** Mel-frequency cepstral coefficients; logarithms of filters when false. */
  coefficients: z.union([z.literal(false), z.int().min(1).max(128)]),
  /** A feature becomes (feature - mean) / std, then what the input's quantization makes of it. */
  mean: z.number(),
  std: z.number().positive(),
  /** micro_speech: to int8 as in TFLite Micro's example of that name, whatever the quantization says. */
  mapping: z.enum(['quantization', 'micro_speech']),
});

const preset = z.enum(['micro_speech', 'kws']);
const given = fields.partial().extend({ preset: preset.optional() });

/** `sound` in the `preprocess` of thimble.config.json: how a sound becomes an input (README, "Sounds"). */
export const soundSettings = z.union([
  preset.transform((name) => complete({ preset: name })),
  given.transform(complete),
]);

export type SoundSettings = z.output<typeof fields>;

const DEFAULTS: SoundSettings = {
  ...{ sampleRate: 16_000, window: 30, stride: 20, mels: 40, lower: 20, upper: 4000 },
  ...{ spectrum: 'magnitude', noiseReduction: false, pcan: false, floor: 1e-6, normalize: 'none' },
  ...{ coefficients: false, mean: 0, std: 1, mapping: 'quantization' },
};

const PRESETS: Readonly<Record<z.output<typeof preset>, Partial<SoundSettings>>> = {
  // tflite-micro, tensorflow/lite/micro/examples/micro_speech/audio_preprocessor.py: FeatureParams;
  // its logarithms have 6 bits below the point and are divided by 25.6.
  micro_speech: {
    ...{ spectrum: 'energy', lower: 125, upper: 7500 },
    ...{ noiseReduction: noise.parse({}), pcan: gain.parse({}) },
    ...{ std: 0.4, mapping: 'micro_speech' },
  },
  // mlcommons/tiny, benchmark/training/keyword_spotting/get_dataset.py: feature type mfcc.
  kws: { normalize: 'peak', coefficients: 10 },
};

function complete({ preset: name, ...settings }: z.output<typeof given>): SoundSettings {
  return fields.parse({ ...DEFAULTS, ...(name && PRESETS[name]), ...settings });
}
