import { nibbles4, nibbles8 } from '../../encode/nibbles.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { largest } from './channels.ts';
import type { GemmChannels, GemmLayer } from './channels.ts';
import { convScaleWords, denseScales, groupsOf, toWords, wordsOfGroups } from './stream.ts';
import { outputWork } from './work.ts';

/** Pairs of taps in a round of the kernels' loops. */
const ROUND = 16;
/** Sums of each four channels stay below: they come 256-fold, as they are and doubled, 4096-fold, 16-fold. */
const LIMITS = [2 ** 23, 2 ** 29, 2 ** 19, 2 ** 27] as const;

/** Why a layer cannot be computed on nibbles; undefined when it can. */
export function rejectNibbles(layer: GemmLayer): string | undefined {
  if (layer.exact.length > 0) return `${layer.exact.length} channels have sums beyond 2^23`;
  for (let row = 0; row < layer.matrix.rows; row++) {
    const most = largest(layer, row, 0);
    if (most >= LIMITS[row % 4]!) return `the sums of channel ${row} reach ${most}`;
  }
  return nibbles4.reject(layer.matrix);
}

/** Constants of nn_gemm_2x4_nibbles, four channels after the other: see gemm-2x4.S. */
export function convNibbleStream({ matrix, bias, multipliers, form }: GemmLayer): Uint32Array {
  const words = wordsOfGroups(matrix, nibbles4, 4);
  return toWords(
    groupsOf(matrix.rows, 4).flatMap((rows, g) => [
      ...biasWords(bias, rows),
      ...words[g]!,
      ...convScaleWords(multipliers, rows, form),
    ]),
  );
}

/** Constants of nn_dense_8_nibbles, eight outputs after the other, and their scales: see dense.S. */
export function denseNibbleStreams(
  { matrix, bias, multipliers }: GemmChannels,
  rounding: Rounding,
) {
  const words = wordsOfGroups(matrix, nibbles8, 8);
  const groups = groupsOf(matrix.rows, 8);
  return {
    weights: groups.flatMap((rows, g) => [...biasWords(bias, rows), ...words[g]!]),
    ...denseScales(multipliers, groups, rounding),
  };
}

// For each four channels 256 * A, B, 4096 * C with the others added, 16 * D.
function biasWords(bias: readonly number[], rows: readonly number[]): number[] {
  return rows.flatMap((row, i) => {
    if (i % 4 !== 0) return [];
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => bias[row + k] ?? 0) as [
      ...[number, number, number, number],
    ];
    return [256 * a, b, 4096 * c + 256 * a + 16 * d + b, 16 * d];
  });
}

/** The work of the products of so many groups of pixels with all channels, `channels` at a time. */
export function nibbleWork(layer: GemmLayer, channels: 4 | 8, groups: number) {
  const pairs = layer.matrix.columns / 2;
  const outputs = outputWork(layer, channels, groups);
  return {
    ...outputs,
    sums: groups * pairs,
    pairs: outputs.blocks * pairs,
    rounds: outputs.blocks * Math.ceil(pairs / ROUND),
  };
}
