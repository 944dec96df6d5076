import { ternary4 } from '../../encode/ternary.ts';
import { rowOf } from './channels.ts';
import type { GemmLayer } from './channels.ts';
import { convScaleWords, groupsOf, packed, toWords, wordsOfGroups } from './stream.ts';
import { outputWork } from './work.ts';

const CHANNELS = 4;
/** Words of two pairs of taps that the kernel for few taps can take. */
const MOST_WORDS = 16;
/** Sums of signs times inputs: 14 bits of the lower channels of each two, 18 of the upper ones. */
const LIMITS = { lower: 2 ** 13, upper: 2 ** 17 };

/** Why a layer cannot be computed on ternary weights; undefined when it can. */
export function rejectTernary(layer: GemmLayer): string | undefined {
  const unfit = ternary4.reject(layer.matrix);
  if (unfit) return unfit;
  if (layer.exact.length > 0) return `${layer.exact.length} channels have sums beyond 2^23`;
  for (let row = 0; row < layer.matrix.rows; row += 2)
    if (128 * nonzero(layer, row) >= LIMITS.upper)
      return `channel ${row} has ${nonzero(layer, row)} weights that are not zero`;
  return undefined;
}

/** Whether sums of lower channels have to be taken out on the way: there are many taps, or few are zero. */
export function isLong(layer: GemmLayer): boolean {
  const { rows, columns } = layer.matrix;
  if (wordsOf(columns) > MOST_WORDS) return true;
  return Array.from({ length: rows }, (_, row) => row).some(
    (row) => row % 2 === 1 && 128 * nonzero(layer, row) >= LIMITS.lower,
  );
}

function nonzero({ matrix }: GemmLayer, row: number): number {
  return rowOf(matrix, row, 0).filter((weight) => weight !== 0).length;
}

function wordsOf(columns: number): number {
  return Math.ceil(columns / 4);
}

/** Constants of nn_gemm_2x4_ternary, four channels after the other: see gemm-2x4.S. */
export function ternaryStream({ matrix, bias, multipliers, form }: GemmLayer): Uint32Array {
  const words = wordsOfGroups(matrix, ternary4, CHANNELS);
  // What makes sums of signs those that the form takes: 256-fold of even channels, or doubled ones.
  const fold = (row: number) => (form.endsWith('fixed') ? (row % 2 === 0 ? 256 : 1) : 2);
  const size = (row: number) => (row < matrix.rows ? ternary4.sizeOf(matrix, row) : 0);
  return toWords(
    groupsOf(matrix.rows, CHANNELS).flatMap((rows, g) => [
      ...words[g]!.subarray(0, -1),
      ...rows.map((row) => fold(row) * (bias[row] ?? 0)),
      ...packed(
        rows.map((row) => fold(row) * size(row)),
        16,
      ),
      ...convScaleWords(multipliers, rows, form),
    ]),
  );
}

/** The work of the products of so many groups of pixels with all channels. */
export function ternaryWork(layer: GemmLayer, groups: number) {
  const { columns } = layer.matrix;
  const outputs = outputWork(layer, CHANNELS, groups);
  const rounds = isLong(layer) ? Math.ceil(wordsOf(columns) / 8) : 0;
  return {
    ...outputs,
    sums: (groups * columns) / 2,
    fours: outputs.blocks * wordsOf(columns),
    rounds: outputs.blocks * rounds,
  };
}
