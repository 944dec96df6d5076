import { formatType, perTensor, storedRange } from '../ir/types.ts';
import type { Tensor } from '../ir/types.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { SoundSettings } from './sound-settings.ts';

/** What a feature of 16 bits is in the input. */
export type SoundValues = WholeValues | FloatValues;

/** floor((feature * multiplier + offset) / 2^shift), within a range: all exact below 2^53. */
export interface WholeValues {
  readonly kind: 'whole';
  readonly multiplier: number;
  readonly offset: number;
  readonly shift: number;
  readonly least: number;
  readonly most: number;
}

/** feature * factor + offset, each rounded to single precision. */
export interface FloatValues {
  readonly kind: 'float';
  readonly factor: number;
  readonly offset: number;
}

/** Features have `bits` bits below the point. Throws where a mapping does not suit the input. */
export function valuesOf(tensor: Tensor, settings: SoundSettings, bits: number): SoundValues {
  const { mean, std, mapping } = settings;
  if (tensor.dtype === 'float32')
    return {
      ...{ kind: 'float', factor: Math.fround(2 ** -bits / std) },
      offset: Math.fround(-mean / std) + 0,
    };
  const [least, most] = storedRange(tensor.dtype) as [number, number];
  if (mapping === 'micro_speech') {
    if (tensor.dtype !== 'int8')
      throw new CompileError({
        code: 'bad-preprocess',
        message: `"mapping": "micro_speech" makes int8, the model takes ${formatType(tensor)}`,
        where: 'preprocess.sound',
        hint: 'say "mapping": "quantization" beside the preset',
      });
    // audio_preprocessor.py: (feature * 256 + 333) / 666 - 128.
    return { kind: 'whole', ...scaled(256 / 666, -128), least, most };
  }
  const { scale, zeroPoint } = perTensor(tensor);
  const factor = 2 ** -bits / (std * scale);
  return { kind: 'whole', ...scaled(factor, zeroPoint - mean / (std * scale)), least, most };
}

// To the nearest: 30 bits of the factor, fewer where a feature times it would leave 53.
function scaled(factor: number, added: number) {
  const shift = Math.min(Math.max(29 - Math.floor(Math.log2(factor)), 0), 36);
  const [multiplier, offset] = [factor, added + 0.5].map((x) => Math.round(x * 2 ** shift));
  if (multiplier! < 2 ** 31 && Math.abs(offset!) < 2 ** 52)
    return { multiplier: multiplier!, offset: offset!, shift };
  throw new CompileError({
    code: 'bad-preprocess',
    message: '"mean" and "std" lead far beyond what the input can hold',
    where: 'preprocess.sound',
    hint: 'a feature becomes (feature - mean) / std before it is quantized',
  });
}

/** A feature as the input stores it. */
export function storeFeature(values: SoundValues, feature: number): number {
  if (values.kind === 'float')
    return Math.fround(Math.fround(feature * values.factor) + values.offset);
  const { multiplier, offset, shift, least, most } = values;
  const value = Math.floor((feature * multiplier + offset) / 2 ** shift);
  return Math.min(Math.max(value, least), most);
}
