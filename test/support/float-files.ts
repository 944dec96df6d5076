import { converted } from './file-builder.ts';
import type { Maker } from './file-makers.ts';
import * as layers from './float-layers.ts';
import * as values from './float-values.ts';
import * as places from './place-files.ts';
import { stridedSlice } from './strided-slices.ts';
import * as moves from './typed-moves.ts';
import * as whole from './whole-files.ts';

/** Makers of files of one operator, in float or in types that it moves. The place of each decides its seeds. */
export const FLOAT_MAKERS: Readonly<Record<string, Maker>> = Object.fromEntries(
  Object.entries<Maker>({
    ...layers,
    ...moves,
    stridedSlice,
    ...values,
    ...whole,
    ...places,
  }).map(([name, make]) => [name, (random) => converted(make(random))]),
);
