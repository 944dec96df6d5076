/** Whole pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is taken of a picture, in 65536ths of its width and height. */
export type Crop = Rectangle;

export type Fit = 'cover' | 'contain' | 'stretch';

/** Which part of a picture becomes which part of an input. */
export interface Placement {
  readonly from: Rectangle;
  readonly to: Rectangle;
}

/**
 * Places a picture in an input. Whole numbers only, below 2^32 for sides up to 65535, so that the
 * generated C (codegen-templates/preprocess/preprocess.c.ejs) computes the same.
 */
export function place(picture: Size, input: Size, fit: Fit, crop: Crop): Placement {
  const cropped = cropOf(picture, crop);
  const whole = { left: 0, top: 0, width: input.width, height: input.height };
  if (fit === 'cover') return { from: inner(cropped, input), to: whole };
  if (fit === 'contain') return { from: cropped, to: inner(whole, cropped) };
  return { from: cropped, to: whole };
}

function cropOf({ width, height }: Size, crop: Crop): Rectangle {
  const left = Math.min(scaled(crop.left, width), width - 1);
  const top = Math.min(scaled(crop.top, height), height - 1);
  return {
    left,
    top,
    width: Math.min(Math.max(scaled(crop.width, width), 1), width - left),
    height: Math.min(Math.max(scaled(crop.height, height), 1), height - top),
  };
}

function scaled(share: number, pixels: number): number {
  return Math.floor((share * pixels + 32768) / 65536);
}

// The largest rectangle with the sides' ratio of `like` in the middle of another.
function inner(outer: Rectangle, like: Size): Rectangle {
  const wide = outer.width * like.height;
  const high = outer.height * like.width;
  if (wide > high) {
    const width = Math.max(1, Math.floor((high + (like.height >>> 1)) / like.height));
    return { ...outer, width, left: outer.left + ((outer.width - width) >>> 1) };
  }
  const height = Math.max(1, Math.floor((wide + (like.width >>> 1)) / like.width));
  return { ...outer, height, top: outer.top + ((outer.height - height) >>> 1) };
}
