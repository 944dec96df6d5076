import { blocks4x2, blocks8x1 } from '../../encode/blocks.ts';
import type { WeightBlock } from '../../encode/blocks.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import type { GemmChannels, GemmLayer } from '../gemm/channels.ts';
import { biasWords, convScaleWords, denseScales, groupsOf, toWords } from '../gemm/stream.ts';
import { halvesToWords } from './lanes.ts';

/** Blocks in a round of a kernel's loop, and bytes of its code for one. */
const CONV_ROUND = { blocks: 16, codeBytes: 58 };
/** Two blocks of one column at a time. */
const DENSE_ROUND = { blocks: 8, codeBytes: 80 };
/** Bytes of a pair of taps of two pixels. */
const PAIR_BYTES = 8;

/** Constants of nn_gemm_2x4_blocks, four channels after the other: see gemm-2x4.S. */
export function convBlockStream(layer: GemmLayer): Uint32Array {
  const { matrix, bias, multipliers, form } = layer;
  return toWords(
    groupsOf(matrix.rows, 4).flatMap((rows) => {
      const blocks = blocks4x2.blocks(matrix, rows[0]!);
      const first = blocks[0]?.column ?? 0;
      return [
        ...biasWords(bias, rows),
        first | (skippedBytes(blocks.length, CONV_ROUND) << 16),
        ...blocks.flatMap(({ column, halves }, i) => [
          ...halvesToWords(halves),
          PAIR_BYTES * ((blocks[i + 1]?.column ?? column) - column),
        ]),
        ...convScaleWords(multipliers, rows, form),
      ];
    }),
  );
}

/** Constants of nn_dense_8_blocks, eight outputs after the other, and their scales: see dense.S. */
export function denseBlockStreams({ matrix, bias, multipliers }: GemmChannels, rounding: Rounding) {
  const groups = groupsOf(matrix.rows, 8);
  const weights = groups.flatMap((rows) => {
    const blocks = blocks8x1.blocks(matrix, rows[0]!);
    const pairs = Array.from({ length: Math.ceil(blocks.length / 2) }, (_, i) =>
      pairOf(blocks[2 * i]!, blocks[2 * i + 1] ?? NO_BLOCK),
    );
    const words = pairs.flat();
    const head = words.length | (skippedBytes(pairs.length, DENSE_ROUND) << 16);
    return [...biasWords(bias, rows), head, ...words];
  });
  return { weights, ...denseScales(multipliers, groups, rounding) };
}

const NO_BLOCK: WeightBlock = { column: 0, halves: [0, 0, 0, 0] };

// Offsets of two columns of halves, and the weights of both for each two outputs.
function pairOf(a: WeightBlock, b: WeightBlock): number[] {
  return halvesToWords([
    ...[2 * a.column, 2 * b.column],
    ...a.halves.flatMap((half, i) => [half, b.halves[i]!]),
  ]);
}

/** Rounds of a kernel's loop, the first one perhaps empty. */
export function roundsOf(blocks: number, { blocks: round }: { readonly blocks: number }): number {
  return Math.max(1, Math.ceil(blocks / round));
}

// Code of the first round that is skipped.
function skippedBytes(blocks: number, round: typeof CONV_ROUND): number {
  return (roundsOf(blocks, round) * round.blocks - blocks) * round.codeBytes;
}

/** The work of the blocks of a matrix, for each time that they are read. */
export function convBlockWork({ matrix }: GemmChannels) {
  const counts = groupsOf(matrix.rows, 4).map((rows) => blocks4x2.blocks(matrix, rows[0]!).length);
  return countRounds(counts, CONV_ROUND);
}

export function denseBlockWork({ matrix }: GemmChannels) {
  const counts = groupsOf(matrix.rows, 8).map((rows) =>
    Math.ceil(blocks8x1.blocks(matrix, rows[0]!).length / 2),
  );
  return countRounds(counts, DENSE_ROUND);
}

function countRounds(counts: readonly number[], round: typeof CONV_ROUND) {
  const sum = (of: (count: number) => number) => counts.reduce((all, n) => all + of(n), 0);
  return { products: sum((n) => n), rounds: sum((n) => roundsOf(n, round) - 1) };
}
