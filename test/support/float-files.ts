import type { Maker } from './file-makers.ts';
import * as layers from './float-layers.ts';
import * as moves from './float-moves.ts';
import * as values from './float-values.ts';

/** Makers of files of one operator, in float or legacy uint8. The place of each decides its seeds. */
export const FLOAT_MAKERS: Readonly<Record<string, Maker>> = {
  CONV_2D: layers.conv2d,
  DEPTHWISE_CONV_2D: layers.depthwise,
  FULLY_CONNECTED: layers.fullyConnected,
  pools: layers.pools,
  sums: values.sums,
  STRIDED_SLICE: moves.stridedSlice,
  resizes: moves.resizes,
  MEAN: values.mean,
  functions: values.functions,
  elementary: values.elementary,
  combinations: values.combinations,
  packs: moves.packs,
  parts: moves.parts,
  repetitions: moves.repetitions,
  mirrors: moves.mirrors,
  batches: moves.batches,
  lookups: moves.lookups,
  reductions: values.reductions,
  places: values.places,
  TRANSPOSE_CONV: layers.transposeConv,
  BATCH_MATMUL: layers.batchMatmul,
  moves: moves.moves,
};
