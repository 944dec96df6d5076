import type { SparseFormat } from '../../encode/sparse.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { splitShift } from '../gemm/stream.ts';
import type { SparseLayer } from './channels.ts';

/** Entries in a round of the kernels' loop. */
export const ROUND = 32;

/**
 * Constants of nn_sparse_8, channel after channel: see conv-lanes.S. `entryBytes` are those of the code for
 * one entry, of which a channel skips what its last round lacks.
 */
export function laneStream(
  layer: SparseLayer,
  format: SparseFormat,
  { entryBytes, rounding }: { readonly entryBytes: number; readonly rounding: Rounding },
): Uint32Array {
  const { matrix, bias, multipliers } = layer;
  return Uint32Array.from(
    multipliers.flatMap(({ multiplier, shift }, row) => {
      const [first = 0, second = 0, ...rest] = format.entries(matrix, row);
      const skipped = second === 0 ? ROUND : (ROUND - ((rest.length + 1) % ROUND)) % ROUND;
      const end = second === 0 ? [] : [0];
      const { left, right } = splitShift(shift, rounding);
      const twice = 2 * bias[row]!;
      const weights = matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns);
      const sum = weights.reduce((all, weight) => all + weight, 0);
      return [
        ...halvesToWords([first, second, skipped * entryBytes, ...rest, ...end]),
        ...[twice - 256 * sum, twice, multiplier, right | (left << 8)],
      ];
    }),
    (word) => word >>> 0,
  );
}

/** Halfwords two by two, the last one with zeros above. */
export function halvesToWords(halves: readonly number[]): number[] {
  return Array.from(
    { length: Math.ceil(halves.length / 2) },
    (_, i) => (halves[2 * i]! | ((halves[2 * i + 1] ?? 0) << 16)) >>> 0,
  );
}
