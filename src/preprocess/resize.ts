import type { Rectangle, Size } from './geometry.ts';
import type { Picture } from './picture.ts';

/**
 * Part of a picture at another size: each pixel is the mean of the area that it covers, rounded to
 * the nearest level, halves up. In units of 1 / width by 1 / height of the result a pixel of the
 * part covers whole numbers, so the sums are exact, whatever the ratio.
 */
export function resize(picture: Picture, part: Rectangle, size: Size): Picture {
  const { channels } = picture;
  const [columns, rows] = [
    spans(part.left, part.width, size.width),
    spans(part.top, part.height, size.height),
  ];
  const area = part.width * part.height;
  const half = Math.floor(area / 2);
  const data = new Uint8Array(size.width * size.height * channels);
  let at = 0;
  for (const row of rows)
    for (const column of columns)
      for (let channel = 0; channel < channels; channel++)
        data[at++] = Math.floor((sumOf(picture, row, column, channel) + half) / area);
  return { ...size, channels, data };
}

// At most 255 times the area: exact.
function sumOf(
  { width, channels, data }: Picture,
  row: Span,
  column: Span,
  channel: number,
): number {
  let sum = 0;
  for (let y = 0; y < row.weights.length; y++) {
    let at = ((row.first + y) * width + column.first) * channels + channel;
    let line = 0;
    for (let x = 0; x < column.weights.length; x++, at += channels)
      line += column.weights[x]! * data[at]!;
    sum += row.weights[y]! * line;
  }
  return sum;
}

/** Pixels that one of the result covers, and how much of each. */
interface Span {
  readonly first: number;
  readonly weights: readonly number[];
}

function spans(offset: number, from: number, to: number): Span[] {
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * from, (i + 1) * from];
    const first = Math.floor(start / to);
    const weights = Array.from(
      { length: Math.ceil(end / to) - first },
      (_each, k) => Math.min(end, (first + k + 1) * to) - Math.max(start, (first + k) * to),
    );
    return { first: offset + first, weights };
  });
}
