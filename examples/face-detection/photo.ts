import { readFileSync, writeFileSync } from 'node:fs';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';

/** An RGBA picture. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function readJpeg(file: string | URL): Photo {
  return jpeg.decode(readFileSync(file), { useTArray: true });
}

/** The photo in the middle of a black square, averaged down to `size` pixels: RGB from -1 to 1. */
export function toTensor(photo: Photo, size: number): Float32Array {
  const side = Math.max(photo.width, photo.height);
  const [left, top] = [(side - photo.width) / 2, (side - photo.height) / 2];
  const tensor = new Float32Array(size * size * 3);
  const edge = (i: number) => Math.round((i * side) / size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const sum = sumArea(
        photo,
        [edge(x) - left, edge(x + 1) - left],
        [edge(y) - top, edge(y + 1) - top],
      );
      const area = (edge(x + 1) - edge(x)) * (edge(y + 1) - edge(y));
      sum.forEach((value, c) => (tensor[(y * size + x) * 3 + c] = value / area / 127.5 - 1));
    }
  return tensor;
}

// Sums of red, green and blue over an area, black outside the photo.
function sumArea(
  photo: Photo,
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
): number[] {
  const sum = [0, 0, 0];
  for (let y = Math.max(0, Math.floor(y0)); y < Math.min(photo.height, Math.floor(y1)); y++)
    for (let x = Math.max(0, Math.floor(x0)); x < Math.min(photo.width, Math.floor(x1)); x++)
      for (let c = 0; c < 3; c++) sum[c]! += photo.data[(y * photo.width + x) * 4 + c]!;
  return sum;
}

/** The photo at a width, with rectangles drawn on it; coordinates are fractions of its square. */
export function drawBoxes(photo: Photo, boxes: readonly Rectangle[], width: number): PNG {
  const height = Math.round((photo.height * width) / photo.width);
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from =
        (Math.floor((y * photo.height) / height) * photo.width +
          Math.floor((x * photo.width) / width)) *
        4;
      for (let c = 0; c < 4; c++) png.data[(y * width + x) * 4 + c] = photo.data[from + c]!;
    }
  const side = Math.max(width, height);
  const [left, top] = [(side - width) / 2, (side - height) / 2];
  for (const { x, y, w, h } of boxes) {
    const [x0, y0] = [(x - w / 2) * side - left, (y - h / 2) * side - top];
    frame(png, Math.round(x0), Math.round(y0), Math.round(w * side), Math.round(h * side));
  }
  return png;
}

export interface Rectangle {
  /** Centre and size. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export function writePng(file: string, png: PNG): void {
  writeFileSync(file, PNG.sync.write(png));
}

// A frame four pixels thick.
function frame(png: PNG, x: number, y: number, w: number, h: number): void {
  for (let py = y; py < y + h; py++)
    for (let px = x; px < x + w; px++) {
      const inner = px >= x + 4 && px < x + w - 4 && py >= y + 4 && py < y + h - 4;
      if (inner || px < 0 || py < 0 || px >= png.width || py >= png.height) continue;
      png.data.set([64, 224, 112, 255], (py * png.width + px) * 4);
    }
}
