import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { Random } from '../../src/support/random.ts';
import { FloatGraph } from './float-graphs.ts';
import type { Graph } from '../../src/ir/types.ts';

export type Colour = readonly [number, number, number];

export const COLOURS = { red: [230, 40, 30], green: [20, 210, 60], blue: [30, 50, 240] } as const;

/** A float network that tells which of red, green and blue a picture has most of: three means. */
export function colourNetwork(side: number): Graph {
  const graph = new FloatGraph();
  const input = graph.input([1, side, side, 3]);
  return graph.finish(
    graph.node('mean', { axes: [1, 2], keepDims: false, rounding: 'double' }, [input]),
  );
}

/** A picture of about one colour as a PNG, or as a JPEG where the file is called so. */
export function writePicture(
  file: string,
  width: number,
  height: number,
  colour: Colour,
  seed = 1,
) {
  const random = new Random(seed);
  const data = Buffer.alloc(width * height * 4, 255);
  for (let i = 0; i < width * height; i++)
    colour.forEach((level, c) => (data[4 * i + c] = level + (random.next() % 31) - 15));
  mkdirSync(path.dirname(file), { recursive: true });
  const png = Object.assign(new PNG({ width, height }), { data });
  const isJpeg = /\.jpe?g$/.test(file);
  writeFileSync(file, isJpeg ? jpeg.encode({ width, height, data }, 90).data : PNG.sync.write(png));
}
