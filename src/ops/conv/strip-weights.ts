import { rowOf } from '../gemm/channels.ts';
import type { GemmChannels } from '../gemm/channels.ts';
import { isRolled, tapPlaces, tapWords } from './strip-window.ts';
import type { Walk } from './strip-window.ts';

/** Where a walk finds the bytes of a channel: its taps, then the shift and the weights' zero point. */
export interface ChannelPlaces {
  readonly taps: readonly number[];
  readonly shift: number;
  readonly zero: number;
}

/** The order of the bytes, by the assembly that reads them. */
export function placesOf(walk: Walk): ChannelPlaces {
  if (isRolled(walk)) return { taps: [0, 1, 4, 5, 7, 8, 2, 3, 6], shift: 9, zero: 10 };
  const shift = 4 * Math.ceil(tapWords(walk).length / 2);
  return { taps: tapPlaces(walk), shift, zero: shift + 2 };
}

/** Words of one channel: the bytes, multiplier, bias. */
export function channelWords({ shift }: ChannelPlaces): number {
  return (shift >> 2) + 3;
}

/** The last shift where it is the same for all channels. */
const LAST_SHIFT = 10;

/**
 * How far the taps and the bias of a channel are shifted to the left, so that the last shift to the right is
 * the same for all channels; undefined where that does not fit. Rounding twice is one sum of both roundings
 * then: see convForm in fixed-form.ts.
 */
export function fixedShift(
  { matrix, bias, multipliers }: GemmChannels,
  row: number,
  zero: number,
): number | undefined {
  const left = LAST_SHIFT + 1 + multipliers[row]!.shift;
  const taps = rowOf(matrix, row, zero).map(Math.abs);
  const largest = Math.max(...taps);
  const sum = 128 * taps.reduce((all, tap) => all + tap, 0) + Math.abs(bias[row]!);
  const fits =
    left >= 2 && left <= 14 && largest * 2 ** left < 2 ** 15 && sum * 2 ** left < 2 ** 31;
  return fits ? left : undefined;
}

/**
 * The constants of each channel, one after another: its shift to the right and twice its bias or, where the
 * last shift is `fixed`, to the left and the bias as it is shifted.
 */
export function encodeChannels(
  channels: GemmChannels,
  places: ChannelPlaces,
  { zero, fixed }: { readonly zero: number; readonly fixed: boolean },
): Uint32Array {
  const { matrix, bias, multipliers } = channels;
  const { rows, columns, data } = matrix;
  const words = channelWords(places);
  const bytes = new DataView(new ArrayBuffer(rows * words * 4));
  for (let row = 0; row < rows; row++) {
    const at = row * words * 4;
    for (let tap = 0; tap < columns; tap++)
      bytes.setInt8(at + places.taps[tap]!, data[row * columns + tap]!);
    const left = fixed ? fixedShift(channels, row, zero)! : 1;
    bytes.setInt8(at + places.shift, fixed ? left : -multipliers[row]!.shift);
    bytes.setInt8(at + places.zero, zero);
    bytes.setInt32(at + 4 * words - 8, multipliers[row]!.multiplier, true);
    bytes.setInt32(at + 4 * words - 4, bias[row]! * 2 ** left, true);
  }
  return Uint32Array.from({ length: rows * words }, (_, i) => bytes.getUint32(4 * i, true));
}
