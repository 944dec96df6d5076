/** Levels from 0 to 255, row by row, `channels` of each pixel together: red, green, blue, or grey alone. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Luma of ITU-R BT.601-7, 2.5.1: 0.299 R + 0.587 G + 0.114 B, the weights in 256ths, rounded. */
export function luma(red: number, green: number, blue: number): number {
  return (77 * red + 150 * green + 29 * blue + 128) >> 8;
}

/** A picture in grey. */
export function toGrey(picture: Picture): Picture {
  const { width, height, channels, data } = picture;
  if (channels === 1) return picture;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++)
    grey[i] = luma(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!);
  return { width, height, channels: 1, data: grey };
}

/** A picture in red, green and blue. */
export function toColours(picture: Picture): Picture {
  const { width, height, channels, data } = picture;
  if (channels === 3) return picture;
  const colours = Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]!);
  return { width, height, channels: 3, data: colours };
}
