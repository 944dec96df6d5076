import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Random } from '../../src/support/random.ts';
import type { Examples } from '../../src/train/examples.ts';

/** Pictures of 28x28 grey pixels, and what they show. */
export type Pictures = Examples;

/** Pixels of a picture. */
export const PIXELS = 784;

/** Where pictures lie: Debian's folder of Fashion-MNIST, unless another is named. */
export const FASHION = '/usr/share/datasets/fashion-mnist';

const FILES = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];

/** Why a folder cannot be read, in words; undefined when all four files are there. */
export function lackingIn(folder: string): string | undefined {
  const missing = FILES.map((name) => `${name}-ubyte.gz`).filter(
    (name) => !existsSync(path.join(folder, name)),
  );
  return missing.length === 0
    ? undefined
    : `${folder} has no ${missing.join(', ')}: apt-get install dataset-fashion-mnist brings Fashion-MNIST; --data names a folder with MNIST's files`;
}

/** The training and test pictures of a folder with MNIST's four files (gzipped IDX). */
export function readPictures(folder: string): {
  readonly train: Pictures;
  readonly test: Pictures;
} {
  return { train: pictures(folder, 'train'), test: pictures(folder, 't10k') };
}

/** Where a picture is moved to, by a pixel: nowhere, left, right, up, down. */
const MOVES = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
] as const;
const SIDE = 28;

/** Each picture five times: as it is, and moved by a pixel to each side. */
export function moved({ count, labels, read }: Pictures): Pictures {
  const picture = new Float32Array(PIXELS);
  return {
    count: MOVES.length * count,
    labels: Uint8Array.from({ length: MOVES.length * count }, (_, i) => labels[i % count]!),
    read(index, to) {
      const [dy, dx] = MOVES[Math.floor(index / count)]!;
      read(index % count, picture);
      for (let y = 0, i = 0; y < SIDE; y++)
        for (let x = 0; x < SIDE; x++, i++) {
          const inside = y + dy >= 0 && y + dy < SIDE && x + dx >= 0 && x + dx < SIDE;
          to[i] = inside ? picture[i + SIDE * dy + dx]! : 0;
        }
    },
  };
}

/** Pictures of noise, where none others are to be had: they prove bytes, not answers. */
export function noise(count: number, seed: number): Pictures {
  const random = new Random(seed);
  const pixels = Uint8Array.from({ length: count * PIXELS }, () => random.int(0, 255));
  return picturesOf(pixels, new Uint8Array(count));
}

/** A picture as a float model takes it. */
export function floatsOf(from: Pictures, index: number): Float32Array {
  const floats = new Float32Array(PIXELS);
  from.read(index, floats);
  return floats;
}

// Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
function pictures(folder: string, part: string): Pictures {
  const pixels = contents(path.join(folder, `${part}-images-idx3-ubyte.gz`), 16);
  return picturesOf(pixels, contents(path.join(folder, `${part}-labels-idx1-ubyte.gz`), 8));
}

function picturesOf(pixels: Uint8Array, labels: Uint8Array): Pictures {
  return {
    ...{ count: labels.length, labels },
    read(index, to) {
      for (let i = 0, at = index * PIXELS; i < PIXELS; i++) to[i] = pixels[at + i]! / 255;
    },
  };
}

function contents(file: string, headerBytes: number): Uint8Array {
  return gunzipSync(readFileSync(file)).subarray(headerBytes);
}
