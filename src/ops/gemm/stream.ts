import { pairs2, pairs4, pairs8 } from '../../encode/pairs.ts';
import type { WeightFormat, WeightMatrix } from '../../encode/format.ts';
import type { Multiplier, Rounding } from '../../support/fixed-point.ts';
import type { ExactChannel, Form, GemmChannels } from './channels.ts';
import { fixedLeft } from './fixed-form.ts';

/** Shifts before and after the multiplication. Single rounding always shifts right, by one at least. */
export function splitShift(shift: number, rounding: Rounding): { left: number; right: number } {
  const right = Math.max(rounding === 'single' ? 1 : 0, -shift);
  return { left: right + shift, right };
}

/**
 * Constants of nn_gemm_4x2 and nn_gemm_2x4 in the order in which they are read, a group of two or four
 * channels after the other: biases, scales, pairs in groups of two; biases, pairs, scales in groups of four. `form` decides what the scales are.
 */
export function gemmStream(channels: GemmChannels, group: 2 | 4, form: Form): number[] {
  const { matrix, bias, multipliers } = channels;
  const words = wordsOfGroups(matrix, FORMATS[group], group);
  return groupsOf(matrix.rows, group).flatMap((rows, g) => {
    const scales = convScaleWords(multipliers, rows, form);
    const biases = biasWords(bias, rows);
    return group === 2
      ? [...biases, ...scales, ...words[g]!]
      : [...biases, ...words[g]!, ...scales];
  });
}

/** The words of a group beside its pairs. */
export function scaleWordCount(form: Form, group: 2 | 4): number {
  const shifts = form.endsWith('fixed') ? 1 : group / 2;
  return 2 * group + (form === 'double_fixed' ? group / 2 : 0) + shifts;
}

/** Constants of nn_dense: biases and pairs, a group of channels after the other, and their scales. */
export function denseStreams(
  { matrix, bias, multipliers }: GemmChannels,
  group: 4 | 8,
  rounding: Rounding,
) {
  const words = wordsOfGroups(matrix, FORMATS[group], group);
  const groups = groupsOf(matrix.rows, group);
  return {
    weights: groups.flatMap((rows, g) => [...biasWords(bias, rows), ...words[g]!]),
    ...denseScales(multipliers, groups, rounding),
  };
}

/** The scales of groups of outputs, one for all where they are the same. */
export function denseScales(
  multipliers: readonly Multiplier[],
  groups: readonly (readonly number[])[],
  rounding: Rounding,
) {
  const [one] = multipliers;
  const uniform = multipliers.every(
    (m) => m.multiplier === one!.multiplier && m.shift === one!.shift,
  );
  const scaled = uniform ? [groups[0]!.map(() => 0)] : groups;
  return {
    scales: scaled.flatMap((rows) =>
      scaleWords(
        rows.map((row) => multipliers[row] ?? NO_SCALE),
        rounding,
      ),
    ),
    scalesStep: uniform ? 0 : 6 * groups[0]!.length,
  };
}

/** Channels computed apart, behind the others: number, bias, multiplier, shift, taps as pairs of halves. */
export function exactStream(exact: readonly ExactChannel[]): number[] {
  return exact.flatMap(({ channel, weights, bias, multiplier: { multiplier, shift } }) => [
    ...[channel, bias, multiplier, shift],
    ...Array.from(
      { length: weights.length / 2 },
      (_, k) => (weights[2 * k]! & 0xffff) | (weights[2 * k + 1]! << 16),
    ),
  ]);
}

/** Numbers below zero or beyond 2^32 are taken modulo 2^32. */
export function toWords(stream: readonly number[]): Uint32Array {
  return Uint32Array.from(stream, (word) => word >>> 0);
}

/** Of channels that fill up the last group. */
export const NO_SCALE: Multiplier = { multiplier: 0, shift: -1 };
const FORMATS = { 2: pairs2, 4: pairs4, 8: pairs8 };

/** The rows of each group; the last one's may not exist. */
export function groupsOf(rows: number, group: number): number[][] {
  return Array.from({ length: Math.ceil(rows / group) }, (_, g) =>
    Array.from({ length: group }, (__, i) => g * group + i),
  );
}

/** The stored words of each group of rows, in a format that has them side by side. */
export function wordsOfGroups(
  matrix: WeightMatrix,
  format: WeightFormat,
  group: number,
): Uint32Array[] {
  const words = format.encode(matrix) as Uint32Array;
  const groups = Math.ceil(matrix.rows / group);
  const each = words.length / groups;
  return Array.from({ length: groups }, (_, g) => words.subarray(g * each, (g + 1) * each));
}

/** 256 * A + B and B for every two channels. */
export function biasWords(bias: readonly number[], rows: readonly number[]): number[] {
  return rows.map((row, i) =>
    i % 2 === 0 ? 256 * (bias[row] ?? 0) + (bias[row + 1] ?? 0) : (bias[row] ?? 0),
  );
}

/** Multipliers; the shifts to the right as bytes, then those to the left. */
export function scaleWords(multipliers: readonly Multiplier[], rounding: Rounding): number[] {
  const shifts = multipliers.map(({ shift }) => splitShift(shift, rounding));
  const bytes = [...shifts.map(({ right }) => right), ...shifts.map(({ left }) => left)];
  return [...multipliers.map(({ multiplier }) => multiplier), ...packed(bytes, 8)];
}

/** The scales of channels of a convolution, as its form takes them. */
export function convScaleWords(
  multipliers: readonly Multiplier[],
  rows: readonly number[],
  form: Form,
): number[] {
  const toWordsOf = form.endsWith('fixed') ? fixedWords : scaleWords;
  return toWordsOf(
    rows.map((row) => multipliers[row] ?? NO_SCALE),
    form.startsWith('single') ? 'single' : 'double',
  );
}

// Multipliers; the roundings of their products as halves, where there are two; shifts to the left as bytes.
function fixedWords(multipliers: readonly Multiplier[], rounding: Rounding): number[] {
  const rights = multipliers.map(({ shift }) => splitShift(shift, rounding).right);
  const halves = rights.map((right) => 2 ** (16 - right));
  const lefts = rights.map((right, channel) => fixedLeft(right) - (channel % 2 === 0 ? 8 : 0));
  return [
    ...multipliers.map(({ multiplier }) => multiplier),
    ...(rounding === 'double' ? packed(halves, 16) : []),
    ...packed(lefts, 8),
  ];
}

/** Numbers of so many bits in words, the first ones lowest. */
export function packed(numbers: readonly number[], bits: 8 | 16): number[] {
  const each = 32 / bits;
  return Array.from({ length: Math.ceil(numbers.length / each) }, (_, i) =>
    numbers.slice(each * i, each * (i + 1)).reduce((word, n, at) => word | (n << (bits * at)), 0),
  );
}
