import { alignUp } from '../../support/bytes.ts';
import { memoise } from '../../support/memoise.ts';
import { walkCode } from './strip-walk.ts';
import { isRolled, tapWords, wordsOf } from './strip-window.ts';
import type { Walk } from './strip-window.ts';
import type { Form } from './strip-units.ts';

/** A layer as the strips take it. */
export interface StripLayer {
  readonly walk: Walk;
  readonly form: Form;
  readonly clamps: boolean;
  readonly zeroed: boolean;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** How much of a layer is done at a time: output columns, times four channels, words of records. */
export interface StripBlocks {
  readonly tile: number;
  readonly batch: number;
  readonly records: number;
}

/** Records of one tile take about so many bytes, of a batch so many, or a share of the input's. */
const TILE_BYTES = 2560;
const BATCH_BYTES = 1152;
const BATCH_SHARE = 1 / 2;
/** Columns that the walk of 3x3 needs. */
const LEAST_COLUMNS = 3;

export function blocksOf(layer: StripLayer): StripBlocks {
  const { walk, height, width, channels, inputHeight, inputWidth } = layer;
  const slide = walk.stride[0] * (Math.ceil(height / 4) - 1);
  const recordsOf = (tile: number) =>
    alignUp(((tile - 1) * walk.stride[1] + walk.width) * 4 * wordsOf(walk) + slide, 2);
  let tiles = 1;
  const tileOf = () => Math.ceil(width / tiles);
  while (recordsOf(tileOf()) * 4 > TILE_BYTES && tileOf() >= 2 * LEAST_COLUMNS) tiles++;
  const tile = tileOf();
  const last = width - tile * (tiles - 1);
  // The walk of 3x3 takes no tile of one or two columns.
  const widened = last > 0 && last < LEAST_COLUMNS && tiles > 1 ? tile + 1 : tile;
  const records = recordsOf(widened);
  const most = Math.min(BATCH_BYTES, BATCH_SHARE * inputHeight * inputWidth * channels);
  const batch = Math.max(1, Math.min(channels >> 2, Math.floor(most / (4 * records))));
  return { tile: widened, batch, records };
}

/**
 * What a layer's cycles grow with: batches and the rounds of each (words turned, blocks walked),
 * words of records read and written, their columns, those that are clamped, columns of padding,
 * blocks of a channel, and the cycles that a Cortex-M4 takes for the walks' instructions.
 */
export function stripWork(layer: StripLayer): Record<string, number> {
  const { tile, batch } = blocksOf(layer);
  const groups = Math.ceil(layer.channels / 4);
  const { blocks, reads, writes } = visits(layer);
  const work = { turned: 0, clamped: 0, padded: 0, walk: 0 };
  let tiles = 0;
  for (let x = 0; x < layer.width; x += tile, tiles++) {
    const columns = Math.min(tile, layer.width - x);
    const { turned, padded } = turning(layer, columns, x);
    work.turned += groups * turned;
    work.padded += groups * padded;
    work.clamped += layer.clamps ? groups * writes * columns : 0;
    work.walk += 4 * groups * walking(layer, columns);
  }
  const batches = tiles * Math.ceil(groups / batch);
  const all = tiles * groups;
  return {
    ...{ batches, rounds: batches * (reads + writes + blocks) },
    ...{ reads: all * reads, writes: all * writes, channels: 4 * all * blocks },
    ...work,
  };
}

// Words read and written of a column, blocks, and rows of padding among the words.
function visits({ walk, height, padTop, inputHeight }: StripLayer) {
  const most = isRolled(walk) ? 6 : 4;
  const blocks = Math.max(1, Math.ceil((height - most) / 4) + 1);
  const writes = Math.ceil(height / 4);
  const needed = (height - 1) * walk.stride[0] + walk.height;
  const reads = Math.min(Math.ceil(needed / 4), wordsOf(walk) + (blocks - 1) * walk.stride[0]);
  const below = Math.max(0, 4 * reads - padTop - inputHeight);
  return { blocks, writes, reads, outside: padTop + below };
}

function turning(layer: StripLayer, columns: number, x: number) {
  const { walk, inputWidth, padLeft } = layer;
  const { reads, writes, outside } = visits(layer);
  const width = (columns - 1) * walk.stride[1] + walk.width;
  const from = x * walk.stride[1] - padLeft;
  const inside = Math.min(from + width, inputWidth) - Math.max(from, 0);
  return {
    turned: reads * inside + writes * columns,
    padded: reads * (width - inside) + outside * (inside + 1),
  };
}

/** Of one channel, beside its columns of four outputs, and each of these. */
export function walkingCycles({
  walk,
  form,
  zeroed,
}: Pick<StripLayer, 'walk' | 'form' | 'zeroed'>) {
  const { before, column } = walkCycles(walk);
  const output = { fixed: 21, single_fixed: 21, floor: 26, single: 26, right: 30, any: 35 }[form];
  return { before: before + (zeroed ? tapWords(walk).length + 2 : 0), column: column + output };
}

// One channel of a tile: strips of two rows, or blocks of four.
function walking(layer: StripLayer, columns: number): number {
  const { walk, form, height } = layer;
  if (isRolled(walk)) {
    const output = { fixed: -3, single_fixed: -3, floor: 0, single: 0, right: 3, any: 6 }[form];
    return Math.ceil(height / 2) * (24 + (29.4 + output) * columns);
  }
  const each = walkingCycles(layer);
  return visits(layer).blocks * (each.before + each.column * columns);
}

// Of a walk: before the first column, and for each.
const walkCycles = memoise((walk: Walk) => {
  const { before, column } = walkCode(walk, 0);
  const widening = 9.5 * Math.ceil(tapWords(walk).length / 2) + 5;
  return { before: widening + cyclesOf(before), column: cyclesOf(column) };
});

/** Cycles of a straight piece: loads that follow one another take one each, but for the first. */
function cyclesOf(lines: readonly string[]): number {
  const loads = (line: string | undefined) => line?.startsWith('ldr') ?? false;
  return lines.reduce((sum, line, i) => sum + (loads(line) && !loads(lines[i - 1]) ? 2 : 1), 0);
}
