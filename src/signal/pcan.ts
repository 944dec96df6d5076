import { bitsOf } from './roots.ts';

const f = Math.fround;

/** Per-channel amplitude normalization: gain 2^gainBits (noise + offset)^-strength. */
export interface GainSettings {
  readonly strength: number;
  readonly offset: number;
  readonly gainBits: number;
}

/** Bits below the point of what is multiplied, and of what comes out. */
const SNR_BITS = 12;
const OUTPUT_BITS = 6;

/** A gain as parabolas: of 0 and 1, and for each number of bits from 2 to 32 a value and two coefficients. */
export function gainTable(settings: GainSettings, inputBits: number): Int16Array {
  const gain = (x: number) => gainOf(settings, inputBits, x);
  const table = Int16Array.from({ length: 125 }, (_, i) => (i < 2 ? gain(i) : 0));
  for (let bits = 2; bits <= 32; bits++) {
    const start = 2 ** (bits - 1);
    const [y0, y1, y2] = [start, 1.5 * start, bits === 32 ? 2 * start - 1 : 2 * start].map(
      gain,
    ) as [number, number, number];
    const slope = 4 * (y1 - y0) - (y2 - y0);
    table.set([y0, slope, y2 - y0 - slope], 4 * bits - 6);
  }
  return table;
}

// Source: tflite-micro, wide_dynamic_func_lut_wrapper.cc; in single precision as there.
function gainOf(
  { strength, offset, gainBits }: GainSettings,
  inputBits: number,
  x: number,
): number {
  const level = f(f(f(x) / 2 ** inputBits) + f(offset));
  const gain = f(2 ** gainBits * f(level ** -f(strength)));
  return gain > 32767 ? 32767 : Math.trunc(f(gain + 0.5));
}

/** A gain from its table. Source: tflite-micro, signal/src/pcan_argc_fixed.cc, WideDynamicFunction. */
export function gainFrom(table: Int16Array, x: number): number {
  if (x <= 2) return table[x]!;
  const bits = bitsOf(x);
  const at = 4 * bits - 6;
  const fraction = (bits < 11 ? x << (11 - bits) : x >>> (bits - 11)) & 0x3ff;
  const inner = ((table[at + 2]! * fraction) >> 5) + table[at + 1]! * 32;
  const rounded = Math.floor((Math.imul(inner, fraction) + 16384) / 32768);
  return ((rounded + table[at]!) << 16) >> 16;
}

/** A channel times a gain of at least 0, shrunk: x^2 / 4 below 2, x - 1 from there on. Source: as above, PcanShrink. */
export function amplify(channel: number, gain: number, snrShift: number): number {
  // A product of 32 and 16 bits, of which 32 are kept.
  const snr = Math.floor((channel * gain) / 2 ** snrShift) % 2 ** 32;
  return snr < 2 << SNR_BITS
    ? (snr * snr) >>> (2 + 2 * SNR_BITS - OUTPUT_BITS)
    : (snr >>> (SNR_BITS - OUTPUT_BITS)) - (1 << OUTPUT_BITS);
}

/** How far a gain's product is shifted. */
export function snrShift({ gainBits }: GainSettings, correctionBits: number): number {
  return gainBits - correctionBits - SNR_BITS;
}
