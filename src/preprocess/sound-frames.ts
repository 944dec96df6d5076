import { transformChannels } from '../signal/cosine-transform.ts';
import { channelLogarithm, LOGARITHM_OF_TWO, naturalLogarithm } from '../signal/logarithm.ts';
import { bankEnd, channelsOf } from '../signal/mel.ts';
import { amplify, gainFrom } from '../signal/pcan.ts';
import { RealFft } from '../signal/real-fft.ts';
import { bitsOf, lengthOf, squareRoot } from '../signal/roots.ts';
import { subtractNoise } from '../signal/spectral-subtraction.ts';
import { scaleBits, weightAt, windowed } from '../signal/window.ts';
import type { EnergyLevels, MagnitudeLevels, SoundPlan } from './sound-plan.ts';

/** A frame's features, of 16 bits each, and its greatest sample, at least 1. */
export interface SoundFrame {
  readonly features: readonly number[];
  readonly peak: number;
}

/** Makes features of one frame after the other; what it knows of noise goes along. */
export class SoundFrames {
  readonly #fft: RealFft;
  readonly #noise: Uint32Array;

  constructor(readonly plan: SoundPlan) {
    this.#fft = new RealFft(plan.size, plan.levels.kind === 'energy' ? 16 : 32);
    this.#noise = new Uint32Array(plan.bank.widths.length - 1);
  }

  /** Of as many samples as a window has. */
  next(samples: Int16Array): SoundFrame {
    const { levels, transform, bits } = this.plan;
    const isEnergy = levels.kind === 'energy';
    const logarithms = isEnergy
      ? this.#energies(samples, levels)
      : this.#magnitudes(samples, levels);
    const features = transform
      ? transformChannels(transform, isEnergy ? logarithms.map((x) => x * 1024) : logarithms)
      : isEnergy
        ? logarithms
        : logarithms.map((x) => (x + (1 << (15 - bits))) >> (16 - bits));
    const peak = samples.reduce((most, sample) => Math.max(most, sample), 1);
    return { features: features.map((x) => Math.min(Math.max(x, -32768), 32767)), peak };
  }

  // Logarithms in 64ths.
  #energies(samples: Int16Array, { correctionBits, noise, pcan }: EnergyLevels): number[] {
    const { hann } = this.plan;
    const shaped = samples.map((sample, i) => windowed(sample, weightAt(hann, i), 12));
    const up = scaleBits(shaped);
    const spectrum = this.#fft.transform(shaped.map((sample) => sample << up));
    const channels = this.#channels((bin) => spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2);
    let levels = channels.map((channel) => squareRoot(channel) >>> up);
    if (noise) levels = subtractNoise(levels, this.#noise, noise);
    if (pcan)
      levels = levels.map((level, i) =>
        amplify(level, gainFrom(pcan.table, this.#noise[i]!), pcan.snrShift),
      );
    return levels.map((level) => channelLogarithm(level, 64, correctionBits));
  }

  // Natural logarithms in 65536ths.
  #magnitudes(samples: Int16Array, { floor, unit }: MagnitudeLevels): number[] {
    const { hann } = this.plan;
    const shaped = Int32Array.from(samples, (sample, i) =>
      Math.floor((sample * weightAt(hann, i) + 128) / 256),
    );
    const most = shaped.reduce((size, sample) => Math.max(size, Math.abs(sample)), 0);
    const up = most === 0 ? 0 : 30 - bitsOf(most);
    const spectrum = this.#fft.transform(shaped.map((sample) => sample << up));
    return this.#channels((bin) => lengthOf(spectrum[2 * bin]!, spectrum[2 * bin + 1]!)).map(
      (channel) => naturalLogarithm(channel + floor * 2 ** up) - unit - up * LOGARITHM_OF_TWO,
    );
  }

  #channels(level: (bin: number) => number): number[] {
    const { bank } = this.plan;
    const levels = new Float64Array(bankEnd(bank));
    for (let bin = bank.first; bin < levels.length; bin++) levels[bin] = level(bin);
    return channelsOf(bank, levels);
  }
}
