import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Examples } from '../../src/train/examples.ts';

/** Pictures of 28x28 grey pixels, and what they show. */
export interface Pictures extends Examples {
  /** [count][784] */
  readonly pixels: Uint8Array;
}

/** Pixels of a picture. */
export const PIXELS = 784;

/** The training and test pictures of a folder with MNIST's four files (gzipped IDX). */
export function readPictures(folder: string): { train: Pictures; test: Pictures } {
  return { train: pictures(folder, 'train'), test: pictures(folder, 't10k') };
}

// Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
function pictures(folder: string, part: string): Pictures {
  const pixels = contents(path.join(folder, `${part}-images-idx3-ubyte.gz`), 16);
  const labels = contents(path.join(folder, `${part}-labels-idx1-ubyte.gz`), 8);
  return {
    ...{ count: labels.length, labels, pixels },
    read(index, to) {
      for (let i = 0, at = index * PIXELS; i < PIXELS; i++) to[i] = pixels[at + i]! / 255;
    },
  };
}

function contents(file: string, headerBytes: number): Uint8Array {
  return gunzipSync(readFileSync(file)).subarray(headerBytes);
}
