import type { GemmLayer } from './channels.ts';

/** What the time of a convolution hangs on beside its channels. */
export interface Windows {
  readonly batches: number;
  /** Rows and columns of output; all pixels are one row where windows lie one after the other. */
  readonly rows: number;
  readonly columns: number;
  /** Columns of a window that lie apart, or one; rows of each as they are widened, and the bytes of those. */
  readonly parts: number;
  readonly height: number;
  readonly bytes: number;
  /** Padded lines of an image, 0 where windows are read where they lie; bytes filled and copied in all. */
  readonly lines: number;
  readonly filledBytes: number;
  readonly copiedBytes: number;
}

/** Pixels and channels that are computed at a time, and pairs of taps in a round of the loop, 0 where there is none. */
export interface Block {
  readonly pixels: number;
  readonly channels: number;
  readonly round: number;
}

/** The work of nn_gemm_4x2 and nn_gemm_2x4. */
export function gemmWork(
  layer: GemmLayer,
  pairs: number,
  block: Block,
  windows: Windows,
): Record<string, number> {
  const { batches, rows, columns } = windows;
  const gather = gatherWork(windows, block.pixels, isSpecial(layer));
  const { groups } = gather;
  const blocks = blockWork(layer, pairs, block, { groups, pixels: rows * columns });
  return ofBatches({ ...gather, ...blocks }, batches);
}

/** The work of gathering the windows of one image, `pixels` at a time; `slow`: no group is gathered quickly. */
export function gatherWork(windows: Windows, pixels: number, slow: boolean) {
  const { rows, parts, height, bytes } = windows;
  const walk = walkPixels(windows, pixels);
  const wholeRows = walk.whole * parts * height;
  const singleRows = walk.singles * parts * height;
  return {
    groups: walk.groups,
    slowGroups: slow || parts > 1 ? walk.groups : walk.slow,
    runs: walk.runs,
    wholes: walk.whole * parts,
    wholeRows,
    words: wholeRows * Math.floor(bytes / 4),
    rests: bytes % 4 > 1 ? wholeRows : 0,
    lastBytes: bytes % 4 === 1 ? wholeRows : 0,
    singles: walk.singles * parts,
    singleRows,
    singleWords: singleRows * Math.ceil(bytes / 4),
    rowEnds: rows,
    lines: windows.lines,
    filledBytes: windows.filledBytes,
    copiedBytes: windows.copiedBytes,
  };
}

/** The work of a kernel that is called for each image, from that of one. */
export function ofBatches(work: Record<string, number>, batches: number): Record<string, number> {
  return { calls: batches, ...timesWork(work, batches) };
}

/** So many times a work. */
export function timesWork(work: Record<string, number>, times: number): Record<string, number> {
  return Object.fromEntries(Object.entries(work).map(([name, count]) => [name, times * count]));
}

/** The work of nn_dense_4 and nn_dense_8: groups are so many outputs. */
export function denseWork(
  layer: GemmLayer,
  group: number,
  { batches, depth }: { readonly batches: number; readonly depth: number },
): Record<string, number> {
  return {
    ...widenWork(batches, depth),
    ...blockWork(
      layer,
      layer.matrix.columns / 2,
      { pixels: 1, channels: group, round: 16 },
      { groups: batches, pixels: batches },
    ),
  };
}

/** What a call takes to widen its inputs. */
export function widenWork(batches: number, depth: number) {
  return {
    calls: 1,
    batches,
    inputs: batches * Math.floor(depth / 16),
    inputWords: batches * Math.floor((depth % 16) / 4),
    inputRests: depth % 4 === 0 ? 0 : batches,
  };
}

/**
 * How the pixels of an image are gathered: neighbours of one row a whole group at once, others one by
 * one; quickly but where a group begins or ends a row.
 */
function walkPixels({ rows, columns }: Windows, pixels: number) {
  const count = rows * columns;
  const walk = { groups: Math.ceil(count / pixels), slow: 0, runs: 0, whole: 0, singles: 0 };
  for (let row = 0; row < rows; row++) {
    // Where the first and the last group begin of those that begin in this row.
    const first = Math.ceil((row * columns) / pixels) * pixels - row * columns;
    if (first >= columns) continue;
    const groups = Math.ceil((columns - first) / pixels);
    const last = first + (groups - 1) * pixels;
    const isWhole = columns - last >= pixels;
    if (first === 0) walk.slow++;
    if (last > 0 && columns - last <= pixels) walk.slow++;
    walk.runs += groups - 1 + Math.ceil((last + pixels) / columns);
    walk.whole += isWhole ? groups : groups - 1;
    if (!isWhole) walk.singles += Math.min(pixels, count - row * columns - last);
  }
  return walk;
}

// Sums become outputs a block at a time; some forms of requantization take longer.
function blockWork(
  layer: GemmLayer,
  pairs: number,
  block: Block,
  { groups, pixels }: { readonly groups: number; readonly pixels: number },
) {
  const { weightZero, exact } = layer;
  const { blocks, lastChannels, ...forms } = outputWork(layer, block.channels, groups);
  const exacts = pixels * exact.length;
  return {
    blocks,
    pairs: blocks * pairs,
    rounds: block.round === 0 ? 0 : blocks * Math.ceil(pairs / block.round),
    lastChannels,
    ...forms,
    specialBlocks: isSpecial(layer) ? blocks : 0,
    zeroPairs: weightZero !== 0 ? pixels * pairs : 0,
    exacts,
    exactPairs: exacts * pairs,
  };
}

/** What it takes to make outputs of the sums of so many groups of pixels, `channels` at a time. */
export function outputWork(
  { form, clamps, matrix }: Pick<GemmLayer, 'form' | 'clamps' | 'matrix'>,
  channels: number,
  groups: number,
) {
  const blocks = groups * Math.ceil(matrix.rows / channels);
  return {
    blocks,
    lastChannels: groups * (matrix.rows % channels),
    signedBlocks: form === 'double_right' ? blocks : 0,
    anyBlocks: form.endsWith('any') ? blocks : 0,
    clampedBlocks: clamps ? blocks : 0,
  };
}

function isSpecial({ weightZero, exact }: GemmLayer): boolean {
  return weightZero !== 0 || exact.length > 0;
}
