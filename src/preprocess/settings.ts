import { z } from 'zod';
import { soundSettings } from './sound-settings.ts';

const share = z.number().min(0).max(1);
const size = z.number().gt(0).max(1);
const level = z.int().min(0).max(255);
const perChannel = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1).max(3)]);

const rectangle = z
  .strictObject({ left: share, top: share, width: size, height: size })
  .refine(({ left, width }) => left + width <= 1, 'left and width reach beyond the picture')
  .refine(({ top, height }) => top + height <= 1, 'top and height reach beyond the picture');

/** `preprocess` in thimble.config.json: how a picture or a sound becomes the input of a model (README). */
export const preprocessSettings = z.strictObject({
  /** cover: fills the input, and cuts off what is too wide or too high; contain: all of it, between bars. */
  fit: z.enum(['cover', 'contain', 'stretch']).default('cover'),
  /** What is taken of a picture, in shares of its width and height; a number: so much of its middle. */
  crop: z.union([size, rectangle]).default(1),
  /** What the model's channels are; rgb or grey by their number when left out. */
  channels: z.enum(['rgb', 'bgr', 'grey']).optional(),
  /** The level of the bars beside a picture that is contained. */
  background: level.default(0),
  /** A pixel from 0 to 255 becomes (pixel - mean) / std, channel by channel in the model's order. */
  mean: perChannel(z.number()).optional(),
  std: perChannel(z.number().positive()).optional(),
  /** How a sound becomes features; the others are for pictures. */
  sound: soundSettings.optional(),
});

export type PreprocessSettings = z.output<typeof preprocessSettings>;

/** What holds where nothing is said. */
export const DEFAULT_SETTINGS: PreprocessSettings = preprocessSettings.parse({});
