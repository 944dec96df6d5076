import type { Rounding } from '../../support/fixed-point.ts';
import { largest } from './channels.ts';
import type { Form, GemmLayer } from './channels.ts';
import { splitShift } from './stream.ts';

/** The last shift of every channel. */
const LAST_SHIFT = 17;

/**
 * The form of requantization of a convolution: one shift less where sums can be shifted to the left so far
 * that the last shift is the same for all channels. Rounding twice is then one sum of both roundings,
 * floor((floor((a m + 2^30) / 2^31) + 2^(r - 1)) / 2^r) = floor((a m + 2^30 + 2^(30 + r)) / 2^(31 + r)).
 */
export function convForm(layer: GemmLayer, rounding: Rounding): Form {
  const fixed = { double_floor: 'double_fixed', single_right: 'single_fixed' } as const;
  if (layer.form !== 'double_floor' && layer.form !== 'single_right') return layer.form;
  const apart = new Set(layer.exact.map(({ channel }) => channel));
  const fits = layer.multipliers.every(
    (_, row) => apart.has(row) || fitsFixed(layer, row, rounding),
  );
  return fits ? fixed[layer.form] : layer.form;
}

// Sums of even channels come 256-fold: they have eight bits of the shift already.
function fitsFixed(layer: GemmLayer, row: number, rounding: Rounding): boolean {
  const { right } = splitShift(layer.multipliers[row]!.shift, rounding);
  const left = fixedLeft(right);
  return (
    right >= 1 &&
    left >= (row % 2 === 0 ? 8 : 2) &&
    largest(layer, row, layer.weightZero) * 2 ** left < 2 ** 31
  );
}

/** How far a sum is shifted to the left whose shift to the right was to be `right`. */
export function fixedLeft(right: number): number {
  return LAST_SHIFT + 1 - right;
}
