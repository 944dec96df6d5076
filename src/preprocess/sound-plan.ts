import type { Graph } from '../ir/types.ts';
import { CompileError } from '../support/diagnostics.ts';
import { cosineTransform } from '../signal/cosine-transform.ts';
import type { CosineTransform } from '../signal/cosine-transform.ts';
import { bankEnd, linearBank, signalBank } from '../signal/mel.ts';
import type { MelBank } from '../signal/mel.ts';
import { gainTable, snrShift } from '../signal/pcan.ts';
import { SHARE_BITS } from '../signal/spectral-subtraction.ts';
import type { NoiseSettings } from '../signal/spectral-subtraction.ts';
import { hannWindow } from '../signal/window.ts';
import type { HannWindow } from '../signal/window.ts';
import type { SoundSettings } from './sound-settings.ts';
import { soundInput } from './sound-input.ts';
import type { SoundShape } from './sound-input.ts';
import { valuesOf } from './sound-values.ts';
import type { SoundValues } from './sound-values.ts';

/** How a sound becomes the bytes of one model's input: in whole numbers, as the generated C does it. */
export interface SoundPlan extends SoundShape {
  /** Samples a second. */
  readonly rate: number;
  /** Samples of a frame, from one to the next, and of the Fourier transform. */
  readonly window: number;
  readonly stride: number;
  readonly size: number;
  readonly hann: HannWindow;
  readonly bank: MelBank;
  readonly levels: EnergyLevels | MagnitudeLevels;
  readonly transform?: CosineTransform;
  /** Bits below the point of a feature, which has 16 in all. */
  readonly bits: number;
  readonly peak?: PeakSettings;
  readonly values: SoundValues;
}

/** Filters of energies, as TFLite Micro's signal library does them. */
export interface EnergyLevels {
  readonly kind: 'energy';
  /** By how many bits a filter is shifted up before its logarithm is taken. */
  readonly correctionBits: number;
  readonly noise?: NoiseSettings;
  readonly pcan?: { readonly table: Int16Array; readonly snrShift: number };
}

/** Filters of magnitudes. */
export interface MagnitudeLevels {
  readonly kind: 'magnitude';
  /** What is added to a filter, in its units. */
  readonly floor: number;
  /** The logarithm of a filter's units, in 65536ths. */
  readonly unit: number;
}

/** How features change where the greatest sample is to be full scale. */
export interface PeakSettings {
  /** A logarithm in 65536ths times gain / 2^30 is what the changed features lose. */
  readonly gain: number;
  /** The least that a changed feature can be. */
  readonly least: number;
  /** How many features of a frame change: the first coefficient, or all. */
  readonly count: number;
}

/** Logarithms of TFLite Micro have 6 bits below the point. */
const ENERGY_BITS = 6;
/** The window of 32-bit spectra: with it a full-scale sample has 38 bits, of which 30 are kept. */
const WIDE_WINDOW = 2 ** 23 - 1;
/** A full-scale sample. */
const FULL_SCALE = 32768;
/** No filter of 2048 samples holds e^10 times full scale; no logarithm of 32 bits is greater. */
const MOST_MAGNITUDE = 10;
const MOST_ENERGY = 23;
const MOST_BITS = 11;

/** Throws CompileError where nothing says how a sound becomes an input. */
export function requireSound(settings: SoundSettings | undefined): SoundSettings {
  if (settings) return settings;
  throw new CompileError({
    code: 'no-preprocess',
    message: 'nothing says which features of a sound the model takes',
    where: 'preprocess',
    hint: 'say it in thimble.config.json: "preprocess": { "sound": "micro_speech" }, or "kws", or settings of your own (README.md, "Sounds")',
  });
}

/** Throws CompileError where the settings contradict each other, or suit no input of the model. */
export function planSound(graph: Graph, settings: SoundSettings): SoundPlan {
  const { sampleRate: rate, mels, lower, upper, coefficients, spectrum } = settings;
  refuseContradictions(settings);
  const [window, stride] = [settings.window, settings.stride].map((ms) =>
    Math.trunc((ms * rate) / 1000),
  ) as [number, number];
  const size = settings.fft ?? Math.max(64, 2 ** Math.ceil(Math.log2(window)));
  if (size < window || size > 2048 || window < 8)
    throw bad(`a window of ${window} samples does not suit a Fourier transform of ${size}`);
  if (stride < 1 || stride > window)
    throw bad(`a stride of ${stride} samples does not suit a window of ${window}`);
  const [tensor, shape] = soundInput(graph, coefficients || mels);
  const filters = { rate, size, count: mels, lower, upper };
  const isEnergy = spectrum === 'energy';
  const bank = isEnergy ? signalBank(filters) : linearBank(filters);
  if (bankEnd(bank) > size / 2 || upper > rate / 2)
    throw bad(`filters up to ${upper} Hz reach beyond half the sample rate of ${rate} Hz`);
  const floor = settings.floor / (settings.normalize === 'peak' ? FULL_SCALE : 1);
  const most = isEnergy ? MOST_ENERGY : Math.max(-Math.log(floor), MOST_MAGNITUDE);
  const bits = coefficients || !isEnergy ? bitsFor(most, mels, coefficients) : ENERGY_BITS;
  return {
    ...shape,
    ...{ rate, window, stride, size, bank, bits },
    hann: isEnergy ? hannWindow(window, 0.5, 4096) : hannWindow(window, 0, WIDE_WINDOW),
    levels: isEnergy ? energyLevels(settings, size) : magnitudeLevels(floor, size),
    ...(coefficients !== false && { transform: cosineTransform(mels, coefficients, bits) }),
    ...(settings.normalize === 'peak' && { peak: peakOf(settings, bits) }),
    values: valuesOf(tensor, settings, bits),
  };
}

function refuseContradictions(settings: SoundSettings): void {
  const { spectrum, noiseReduction, pcan, normalize, mels, coefficients, lower, upper } = settings;
  const isEnergy = spectrum === 'energy';
  if (!isEnergy && (noiseReduction || pcan))
    throw bad('"noiseReduction" and "pcan" need "spectrum": "energy"');
  if (isEnergy && normalize === 'peak') throw bad('"normalize" needs "spectrum": "magnitude"');
  if (pcan && !noiseReduction) throw bad('"pcan" needs the estimate of "noiseReduction"');
  if (coefficients !== false && coefficients > mels)
    throw bad(`${coefficients} coefficients are more than the ${mels} filters they are made of`);
  if (lower >= upper) throw bad(`no filters lie between ${lower} and ${upper} Hz`);
}

// As many bits as a feature of the greatest size leaves.
function bitsFor(most: number, mels: number, coefficients: number | false): number {
  const size = coefficients === false ? most : Math.sqrt(2 * mels) * most;
  return Math.min(Math.floor(Math.log2(32767 / size)), MOST_BITS);
}

function energyLevels({ noiseReduction, pcan }: SoundSettings, size: number): EnergyLevels {
  const correctionBits = Math.log2(size) - 6;
  const part = (share: number) => Math.trunc(share * 2 ** SHARE_BITS);
  return {
    ...{ kind: 'energy', correctionBits },
    ...(noiseReduction && {
      noise: {
        ...{ even: part(noiseReduction.even), odd: part(noiseReduction.odd) },
        remaining: part(noiseReduction.remaining),
        smoothingBits: noiseReduction.smoothingBits,
      },
    }),
    ...(noiseReduction &&
      pcan && {
        pcan: {
          table: gainTable(pcan, noiseReduction.smoothingBits - correctionBits),
          snrShift: snrShift(pcan, correctionBits),
        },
      }),
  };
}

// Samples, the window and the filters' weights are scaled up, the Fourier transform divides.
function magnitudeLevels(floor: number, size: number): MagnitudeLevels {
  const unit = ((FULL_SCALE * WIDE_WINDOW) / 256) * (32767 / size);
  return {
    kind: 'magnitude',
    floor: Math.max(Math.round(floor * unit), 1),
    unit: Math.round(Math.log(unit) * 65536),
  };
}

function peakOf({ mels, coefficients, floor }: SoundSettings, bits: number): PeakSettings {
  const size = coefficients === false ? 1 : Math.sqrt(2 * mels);
  return {
    gain: Math.round(size * 2 ** (bits + 30 - 16)),
    least: Math.round(size * Math.log(floor) * 2 ** bits),
    count: coefficients === false ? mels : 1,
  };
}

function bad(message: string): CompileError {
  return new CompileError({
    code: 'bad-preprocess',
    message,
    where: 'preprocess.sound',
    hint: 'see README.md, "Sounds"; "sound": "micro_speech" and "sound": "kws" are whole settings',
  });
}
