import { bytesOf } from '../support/bytes.ts';
import { place } from './geometry.ts';
import { toColours, toGrey } from './picture.ts';
import type { Picture } from './picture.ts';
import type { PicturePlan } from './picture-plan.ts';
import { resize } from './resize.ts';

const ARRAYS = { int8: Int8Array, uint8: Uint8Array, float32: Float32Array } as const;

/** The bytes of a model's input, little endian, made of a picture. */
export function pictureTensor(picture: Picture, plan: PicturePlan): Uint8Array {
  const { width, height, channels, planar, tables } = plan;
  const levels = levelsOf(picture, plan);
  const tensor = new ARRAYS[plan.dtype as keyof typeof ARRAYS](levels.length);
  const count = tables.length;
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let c = 0; c < count; c++) {
      const level = levels[pixel * count + (channels === 'bgr' ? 2 - c : c)]!;
      tensor[planar ? c * width * height + pixel : pixel * count + c] = tables[c]![level]!;
    }
  return bytesOf(tensor);
}

/** The picture as the model sees it, before its levels become values: red, green and blue, or grey. */
export function levelsOf(picture: Picture, plan: PicturePlan): Uint8Array {
  const { from, to } = place(picture, plan, plan.fit, plan.crop);
  const source = plan.channels === 'grey' ? toGrey(picture) : toColours(picture);
  const { data } = resize(source, from, to);
  const levels = new Uint8Array(plan.width * plan.height * source.channels).fill(plan.background);
  const line = to.width * source.channels;
  for (let y = 0; y < to.height; y++) {
    const at = ((to.top + y) * plan.width + to.left) * source.channels;
    levels.set(data.subarray(y * line, (y + 1) * line), at);
  }
  return levels;
}
