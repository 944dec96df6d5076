import { range } from './strip-window.ts';
import type { LineVariant } from './line-units.ts';
import { walkingCycles } from './strip-cost.ts';
import type { StripVariant } from './strip-units.ts';
import { lineWidth, stepsOf, tileOf } from './line-window.ts';
import type { LineLayer } from './line-window.ts';

/** Cycles of a Cortex-M4 for four outputs of a channel beside their steps, by form. */
const OUTPUT_CYCLES = { floor: 44, single: 44, right: 48, any: 52 } as const;
/** Those of a step, by stride, and of going over to single ones. */
const STEP_CYCLES = { 1: { full: 27, single: 15 }, 2: { full: 30, single: 21 } } as const;
const OVER_CYCLES = 5;
/** Those of a word of four channels that is turned. */
const TURN_CYCLES = 22;

/**
 * What a layer's cycles grow with: tiles of a group of four channels, and the steps of their windows; lines that
 * are turned to be read or written, words of single columns of few channels or of rows that lie apart, those
 * that are clamped, columns of padding; walks, and the cycles that a Cortex-M4 takes for their instructions
 * and for turning.
 */
export function lineWork(
  layer: LineLayer,
  { form, clamps, stride }: LineVariant,
): Record<string, number> {
  const { kernel } = layer;
  const { full, single } = stepsOf(kernel[0]);
  const by = STEP_CYCLES[stride];
  const taps = kernel[1] * (full * by.full + single * by.single) + single * OVER_CYCLES;
  const work = workOf(layer, clamps, { before: 0, each: OUTPUT_CYCLES[form] + taps });
  return { ...work, steps: work.tiles * kernel[1] * (full + single) };
}

/** The same where walks along the only column do it. */
export function columnWork(layer: LineLayer, variant: StripVariant): Record<string, number> {
  const { before, column } = walkingCycles(variant);
  return workOf(layer, variant.clamps, { before, each: column });
}

// Cycles of a channel: before its words of outputs, and for each.
function workOf(layer: LineLayer, clamps: boolean, by: { before: number; each: number }) {
  const { output, channels, depth } = layer;
  const outputs = Math.min(channels, 4) * depth;
  const written = Math.ceil(outputs / 4);
  const work = { tiles: 0, lines: 0, apart: 0, clamped: 0, padded: 0, walks: 0, walk: 0 };
  for (const { y, rows, x, columns } of tilesOf(layer)) {
    const quads = Math.ceil(rows / 4);
    const reading = readWork(layer, { y, rows, x, columns });
    const writing = writeWork(layer, rows, columns);
    work.tiles++;
    work.lines += reading.lines + written * writing.lines;
    work.apart += reading.apart + written * writing.apart;
    work.padded += reading.padded;
    work.clamped += clamps ? written * quads * columns : 0;
    work.walks += outputs * (output[1] === 1 ? 1 : quads);
    work.walk += TURN_CYCLES * (reading.turned + written * writing.turned);
    work.walk += outputs * (by.before + quads * columns * by.each);
  }
  const groups = Math.ceil(channels / 4);
  const all = Object.entries(work).map(([name, count]) => [name, groups * count]);
  return Object.fromEntries(all) as typeof work;
}

interface Tile {
  readonly y: number;
  readonly rows: number;
  readonly x: number;
  readonly columns: number;
}

// Of one group of channels.
function tilesOf(layer: LineLayer): Tile[] {
  const { output, dilation } = layer;
  const { tile, columns } = tileOf(layer);
  const cut = (size: number, most: number) =>
    range(Math.ceil(size / most)).map((i) => [i * most, Math.min(most, size - i * most)] as const);
  return range(Math.min(dilation[0], output[0])).flatMap((phase) =>
    cut(Math.ceil((output[0] - phase) / dilation[0]), tile).flatMap(([first, rows]) =>
      cut(output[1], columns).map(([x, width]) => {
        return { y: phase + first * dilation[0], rows, x, columns: width };
      }),
    ),
  );
}

function readWork(layer: LineLayer, { y, rows, x, columns }: Tile) {
  const { input, stride, dilation, padding, channels } = layer;
  const words = Math.ceil(rows / 4) * stride[0] + layer.more;
  const width = lineWidth(layer, columns);
  const from = x * stride[1] - padding[1];
  const inside = Math.max(0, Math.min(from + width, input[1]) - Math.max(from, 0));
  const top = y * stride[0] - padding[0];
  if (channels < 4) return { lines: 0, turned: 0, apart: words * width, padded: 0 };
  const rowsInside = range(4 * words).map((i) => isInside(top + i * dilation[0], input[0]));
  if (width === 1 && inside === 1) {
    const whole = range(words).filter((i) => rowsInside[4 * i]! && rowsInside[4 * i + 3]!).length;
    return { lines: Math.min(whole, 1), turned: whole, apart: words - whole, padded: 0 };
  }
  const outside = rowsInside.filter((one) => !one).length;
  const padded = words * (width - inside) + outside * inside;
  return { lines: words, turned: words * inside, apart: 0, padded };
}

function writeWork({ output, channels, depth }: LineLayer, rows: number, columns: number) {
  const quads = Math.ceil(rows / 4);
  if (channels * depth < 4) return { lines: 0, turned: 0, apart: quads * columns };
  if (output[1] > 1) return { lines: quads, turned: quads * columns, apart: 0 };
  return { lines: 1, turned: rows >> 2, apart: quads - (rows >> 2) };
}

function isInside(at: number, size: number): boolean {
  return at >= 0 && at < size;
}
