import type { SparseFormat } from '../../encode/sparse.ts';
import type { Multiplier, Rounding } from '../../support/fixed-point.ts';
import { splitShift } from '../gemm/stream.ts';
import type { Form } from '../gemm/channels.ts';
import type { SparseLayer } from './channels.ts';
import { halvesToWords } from './lanes.ts';

/** Entries that nn_sparse_row takes at a time, and how often in a round; bytes of its code for them. */
const GROUP = { entries: 4, round: 8, codeBytes: 64 };

/** Groups of entries of each row, and rounds of the kernel's loop. */
export function rowRounds(entries: number): { groups: number; rounds: number } {
  const groups = Math.ceil(entries / GROUP.entries);
  return { groups, rounds: Math.max(1, Math.ceil(groups / GROUP.round)) };
}

/** Constants of nn_sparse_row, output after output: see dense-rows.S. */
export function rowStream({ matrix, bias }: SparseLayer, format: SparseFormat): Uint32Array {
  return Uint32Array.from(
    bias.flatMap((sum, row) => {
      const entries = format.entries(matrix, row);
      const { groups, rounds } = rowRounds(entries.length);
      const skipped = rounds * GROUP.round - groups;
      const filling = Array.from({ length: groups * GROUP.entries - entries.length }, () => 0);
      const halves = [skipped * GROUP.codeBytes, rounds, ...entries, ...filling];
      return [sum, ...halvesToWords(halves)];
    }),
    (word) => word >>> 0,
  );
}

/** Whether all outputs have one scale. */
export function isUniform(multipliers: readonly Multiplier[]): boolean {
  const [one] = multipliers;
  return multipliers.every((m) => m.multiplier === one!.multiplier && m.shift === one!.shift);
}

/** The scales of nn_sparse_row, one for all where they are the same. */
export function rowScales(
  { multipliers, form }: SparseLayer,
  { zero, rounding }: { readonly zero: number; readonly rounding: Rounding },
): Uint32Array {
  const stored = isUniform(multipliers) ? multipliers.slice(0, 1) : multipliers;
  return Uint32Array.from(
    stored.flatMap(({ multiplier, shift }) => {
      const { left, right } = splitShift(shift, rounding);
      return [multiplier, right | (left << 8), addendOf(form, right, zero)];
    }),
    (word) => word >>> 0,
  );
}

// What rounds the shift, and in the short forms the zero point, too.
function addendOf(form: Form, right: number, zero: number): number {
  return form.endsWith('any') ? (2 ** right) >> 1 : ((2 * zero + 1) << right) >> 1;
}
