import type { Picture } from './picture.ts';

/** How a camera leaves pixels in memory: thimble_frame.h has the same names. */
export const PIXELS = [
  'grey',
  'rgb888',
  'bgr888',
  'rgb565',
  'rgb565_swapped',
  'yuyv',
  'uyvy',
] as const;

export interface Frame {
  readonly data: Uint8Array;
  readonly pixels: (typeof PIXELS)[number];
  readonly width: number;
  readonly height: number;
  /** Bytes from one line to the next. */
  readonly stride: number;
}

/** A camera's frame as a picture; of one channel where the frame has grey, or `grey` is asked for. */
export function framePicture(frame: Frame, grey: boolean): Picture {
  const { width, height, stride, pixels, data } = frame;
  const isYuv = pixels === 'yuyv' || pixels === 'uyvy';
  const channels = pixels === 'grey' || (grey && isYuv) ? 1 : 3;
  const levels = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const line = data.subarray(y * stride);
      const colours = isYuv ? fromYuv(line, x, pixels === 'yuyv', grey) : fromLine(line, x, pixels);
      levels.set(colours, (y * width + x) * channels);
    }
  return { width, height, channels, data: levels };
}

function fromLine(line: Uint8Array, x: number, pixels: Frame['pixels']): number[] {
  if (pixels === 'grey') return [line[x]!];
  if (pixels === 'rgb888') return [...line.subarray(3 * x, 3 * x + 3)];
  if (pixels === 'bgr888') return [...line.subarray(3 * x, 3 * x + 3)].reverse();
  const [low, high] = [line[2 * x]!, line[2 * x + 1]!];
  const word = pixels === 'rgb565' ? (high << 8) | low : (low << 8) | high;
  const [red, green, blue] = [word >> 11, (word >> 5) & 63, word & 31] as const;
  return [(red << 3) | (red >> 2), (green << 2) | (green >> 4), (blue << 3) | (blue >> 2)];
}

// ITU-T T.871 (JFIF), 7: full range, its factors in 256ths.
function fromYuv(line: Uint8Array, x: number, lumaFirst: boolean, grey: boolean): number[] {
  const pair = line.subarray(4 * (x >> 1));
  const luma = pair[2 * (x & 1) + (lumaFirst ? 0 : 1)]!;
  if (grey) return [luma];
  const chroma = lumaFirst ? 1 : 0;
  const [u, v] = [pair[chroma]! - 128, pair[2 + chroma]! - 128];
  return [
    luma + ((359 * v + 128) >> 8),
    luma + ((128 - 88 * u - 183 * v) >> 8),
    luma + ((454 * u + 128) >> 8),
  ].map((level) => Math.min(Math.max(level, 0), 255));
}
