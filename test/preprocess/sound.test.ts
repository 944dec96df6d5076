import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { planSound } from '../../src/preprocess/sound-plan.ts';
import { soundLength, soundTensor } from '../../src/preprocess/sound-tensor.ts';
import { soundSettings } from '../../src/preprocess/sound-settings.ts';
import { inputGraph, quantOf, soundPlan, synthesise } from '../support/sounds.ts';
import { cepstrumByFormula } from '../support/tf-signal.ts';

const speech = { dtype: 'int8', shape: [1, 1960], quant: quantOf(0.1, -128) } as const;
const keyword = { dtype: 'int8', shape: [1, 49, 10, 1], quant: quantOf(0.58368, 83) } as const;
const sounds = synthesise(16_000, 1);

/**
 * CRC-32 of the 49 frames that TFLite Micro's own signal library makes of these sounds (tflite-micro
 * 90b983c2b with kissfft v130, built for the host, and the constants of audio_preprocessor_int8.tflite).
 */
const FROM_TFLITE_MICRO: Readonly<Record<string, number>> = {
  silence: 0xf544a502,
  tone: 0xfd02e6fe,
  chirp: 0x8a3dbb9c,
  noise: 0x46aebf3f,
  whisper: 0x16777f8a,
  square: 0x6ea11924,
  extremes: 0x99cda900,
  clicks: 0x97f139d3,
  scene: 0xcc385422,
};

it.each(Object.entries(sounds))(
  "micro_speech is TFLite Micro's, byte for byte: %s",
  (name, sound) => {
    expect(crc32(soundTensor(sound, soundPlan(speech, 'micro_speech')))).toBe(
      FROM_TFLITE_MICRO[name],
    );
  },
);

// Nothing but one frequency at a time, full scale.
const pure = {
  sine: Int16Array.from({ length: 16_000 }, (_, i) => Math.round(32_000 * Math.sin(i * 0.37))),
  sweep: Int16Array.from({ length: 16_000 }, (_, i) => Math.round(32_000 * Math.sin(i * i * 1e-4))),
};

/** How far from the formula in floats: steps of int8, and the share of values that are off at all. */
const [MOST_STEPS, MOST_OFF] = [1, 0.01];

it.each(Object.entries({ ...sounds, ...pure }))(
  'kws is the formula, rounded: %s',
  (_name, sound) => {
    const bytes = new Int8Array(soundTensor(sound, soundPlan(keyword, 'kws')));
    const { scales, zeroPoints } = keyword.quant;
    const far = cepstrumByFormula(sound, 49).map((real, i) => {
      const stored = Math.round(real / scales[0]!) + zeroPoints[0]!;
      return Math.abs(Math.min(Math.max(stored, -128), 127) - bytes[i]!);
    });
    const off = far.filter((each) => each > 0).length / far.length;
    expect(Math.max(...far), `${100 * off} % are off`).toBeLessThanOrEqual(MOST_STEPS);
    expect(off).toBeLessThanOrEqual(MOST_OFF);
  },
);

describe('what a plan makes of a sound', () => {
  it('too short a sound goes on in silence, of too long a one the beginning counts', () => {
    const plan = soundPlan(speech, 'micro_speech');
    const [whole, cut] = [soundLength(plan), 7777];
    expect(whole).toBe(48 * 320 + 480);
    const padded = new Int16Array(whole);
    padded.set(sounds.scene!.subarray(0, cut));
    expect(soundTensor(sounds.scene!.subarray(0, cut), plan)).toEqual(soundTensor(padded, plan));
    expect(soundTensor(sounds.scene!.subarray(0, whole), plan)).toEqual(
      soundTensor(sounds.scene!, plan),
    );
  });

  it('with normalize peak it does not matter how loud the sound is', () => {
    const plan = soundPlan(keyword, 'kws');
    const soft = sounds.chirp!.map((sample) => sample / 16);
    const [a, b] = [sounds.chirp!, soft].map((sound) => new Int8Array(soundTensor(sound, plan)));
    const first = a!.map((value, i) => (i % 10 === 0 ? Math.abs(value - b![i]!) : 0));
    expect(Math.max(...first)).toBeLessThanOrEqual(3);
    const asIs = soundPlan(keyword, { preset: 'kws', normalize: 'none' });
    const [c, d] = [sounds.chirp!, soft].map((sound) => new Int8Array(soundTensor(sound, asIs)));
    // ln 16 * sqrt(80) / 0.58
    expect(Math.abs(c![250]! - d![250]! - 42)).toBeLessThanOrEqual(4);
  });

  it('a float input gets the same features before they are quantized, in either order', () => {
    const [a, b] = (
      [
        [49, 10],
        [10, 49],
      ] as const
    ).map((shape) => {
      const bytes = soundTensor(sounds.scene!, soundPlan({ dtype: 'float32', shape }, 'kws'));
      return new Float32Array(bytes.slice().buffer);
    });
    const whole = new Int8Array(soundTensor(sounds.scene!, soundPlan(keyword, 'kws')));
    for (let t = 0; t < 49; t++)
      for (let k = 0; k < 10; k++) {
        expect(b![k * 49 + t]).toBe(a![t * 10 + k]);
        const stored = Math.round(a![t * 10 + k]! / 0.58368) + 83;
        expect(Math.min(Math.max(stored, -128), 127)).toBe(whole[t * 10 + k]);
      }
  });
});

describe('settings', () => {
  it.each<[unknown, RegExp]>([
    [{ pcan: true, spectrum: 'energy' }, /"pcan" needs the estimate/],
    [{ noiseReduction: true }, /need "spectrum": "energy"/],
    [{ preset: 'micro_speech', normalize: 'peak' }, /"normalize" needs/],
    [{ mels: 8, coefficients: 10 }, /10 coefficients are more than the 8/],
    [{ lower: 4000, upper: 4000 }, /no filters lie between/],
    [{ upper: 9000 }, /reach beyond half the sample rate of 16000/],
    [{ window: 30, fft: 256 }, /window of 480 samples does not suit a Fourier transform of 256/],
    [{ window: 200 }, /window of 3200 samples/],
    [{ window: 20, stride: 30 }, /stride of 480 samples does not suit a window of 320/],
    [{ mels: 39 }, /i8\[1,1960\].*no sound of 39 features/],
    [{ std: 1e-12 }, /"mean" and "std" lead/],
  ])('that contradict each other, or the model, are told: %j', (settings, message) => {
    expect(() => soundPlan(speech, settings)).toThrow(message);
  });

  it('an input that holds no frames is told', () => {
    const odd = inputGraph({ dtype: 'float32', shape: [1, 49, 10, 3] });
    expect(() => planSound(odd, soundSettings.parse('kws'))).toThrow(
      /\[1,49,10,3\].*no sound of 10/,
    );
    const float = { dtype: 'float32', shape: [1, 49, 40] } as const;
    expect(soundPlan(float, 'micro_speech').values).toEqual({
      kind: 'float',
      factor: Math.fround(1 / 25.6),
      offset: 0,
    });
    const uint8 = { dtype: 'uint8', shape: [1, 1960], quant: quantOf(0.1, 0) } as const;
    expect(() => soundPlan(uint8, 'micro_speech')).toThrow(/makes int8, the model takes u8/);
  });

  it.each([
    [{ preset: 'speech' }],
    ['mfcc'],
    [{ sampleRate: 0 }],
    [{ fft: 500 }],
    [{ melz: 40 }],
    [{ noiseReduction: { evn: 1 } }],
  ])('that mean nothing are refused: %j', (settings) => {
    expect(soundSettings.safeParse(settings).success).toBe(false);
  });
});
