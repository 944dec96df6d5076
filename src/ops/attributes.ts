import { z } from 'zod';
import type { Window } from './conv/geometry.ts';

/**
 * Schemas of attributes that several operators have. A .thimble file's attributes are checked with
 * them: what an operator's code takes for granted stands here.
 */
export const activation = z.enum(['none', 'relu', 'relu6', 'relu_n1_to_1']);
export const rounding = z.enum(['double', 'single']);
/** Operators with weights round as ONNX Runtime does, too. */
export const anyRounding = z.enum(['double', 'single', 'float']);
/** What an operator with a fused clamp has. */
export const clamped = { activation, rounding };
export const clampedInAnyWay = { activation, rounding: anyRounding };
/** A number that is one in C, too, where floats are of single precision. */
export const real = z.number().refine((value) => Number.isFinite(Math.fround(value)));
export const axis = z.int().min(0).max(5);
export const size = z
  .int()
  .min(0)
  .max(2 ** 28);
export const sizes = z.array(size).max(6);
export const noAttributes = z.strictObject({});

const positive = z.int().min(1).max(4096);
const pair = z.tuple([positive, positive]);
const pixels = z.int().min(0).max(32767);

/** The members of a sliding window. */
export const window = {
  kernel: pair,
  stride: pair,
  dilation: pair,
  padding: z.tuple([pixels, pixels, pixels, pixels]),
} satisfies Record<keyof Window, z.ZodType>;

/** A sliding window with a fused clamp: pools, and convolutions. */
export const clampedWindow = z.strictObject({ ...window, ...clamped });
export const convolutionWindow = z.strictObject({ ...window, ...clampedInAnyWay });
