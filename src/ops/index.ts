import { conv2d } from './conv/conv2d.ts';
import { depthwiseConv2d } from './conv/depthwise.ts';
import { transposeConv2d } from './conv/transpose-conv2d.ts';
import { batchMatmul } from './dense/batch-matmul.ts';
import { dense } from './dense/dense.ts';
import { clip } from './activation/clip.ts';
import { elementaryFunctions } from './activation/functions.ts';
import { hardSwish } from './activation/hard-swish.ts';
import { leakyRelu } from './activation/leaky-relu.ts';
import { relu } from './activation/relu.ts';
import { logistic, tanh } from './activation/sigmoid.ts';
import { add, sub } from './elementwise/add.ts';
import { combinations } from './elementwise/combinations.ts';
import { div } from './elementwise/div.ts';
import { logicalNot } from './elementwise/logical-not.ts';
import { mul } from './elementwise/mul.ts';
import { prelu } from './elementwise/prelu.ts';
import { select } from './elementwise/select.ts';
import { squaredDifference } from './elementwise/squared-difference.ts';
import { gatherNd } from './gather/gather-nd.ts';
import { gather } from './gather/gather.ts';
import { scatterNd } from './gather/scatter-nd.ts';
import { topK } from './gather/top-k.ts';
import { averagePool, maxPool } from './pool/pool.ts';
import { bitcast } from './quantize/bitcast.ts';
import { cast } from './quantize/cast.ts';
import { dequantize, quantize } from './quantize/quantize.ts';
import { gru } from './recurrent/gru.ts';
import { lstm } from './recurrent/lstm.ts';
import { rnn } from './recurrent/rnn.ts';
import { svdf } from './recurrent/svdf.ts';
import { detection } from './detection/detection.ts';
import { argMax, argMin } from './reduce/arg.ts';
import { folds } from './reduce/fold.ts';
import { mean, sum } from './reduce/mean.ts';
import { concat } from './shape/concat.ts';
import { depthToSpace, spaceToDepth } from './shape/depth-to-space.ts';
import { mirrorPad } from './shape/mirror-pad.ts';
import { pad } from './shape/pad.ts';
import { reshape } from './shape/reshape.ts';
import { resizeBilinear, resizeNearest } from './shape/resize.ts';
import { slice } from './shape/slice.ts';
import { fft } from './fourier/fft.ts';
import { sample } from './sample/sample.ts';
import { batchToSpace, spaceToBatch } from './shape/space-to-batch.ts';
import { split } from './shape/split.ts';
import { pack, unpack } from './shape/pack.ts';
import { tile } from './shape/tile.ts';
import { transpose } from './shape/transpose.ts';
import { logSoftmax } from './softmax/log-softmax.ts';
import { softmax } from './softmax/softmax.ts';
import type { Op } from './op.ts';
import { withUsed } from './unit.ts';
import type { Unit } from './unit.ts';
import { InternalError } from '../support/diagnostics.ts';

/** Every operator thimble knows. */
export const OPS: readonly Op[] = [
  conv2d,
  depthwiseConv2d,
  transposeConv2d,
  dense,
  batchMatmul,
  averagePool,
  maxPool,
  mean,
  sum,
  ...folds,
  argMax,
  argMin,
  add,
  sub,
  mul,
  div,
  squaredDifference,
  ...combinations,
  logicalNot,
  select,
  gather,
  gatherNd,
  scatterNd,
  topK,
  prelu,
  relu,
  leakyRelu,
  clip,
  hardSwish,
  logistic,
  tanh,
  ...elementaryFunctions,
  softmax,
  logSoftmax,
  pad,
  reshape,
  concat,
  split,
  slice,
  transpose,
  depthToSpace,
  spaceToDepth,
  pack,
  unpack,
  tile,
  mirrorPad,
  spaceToBatch,
  batchToSpace,
  resizeNearest,
  resizeBilinear,
  sample,
  fft,
  quantize,
  dequantize,
  cast,
  bitcast,
  lstm,
  gru,
  rnn,
  svdf,
  detection,
] as readonly Op[];

const BY_NAME = new Map(OPS.map((op) => [op.name, op]));

export function opOf(name: string): Op {
  const op = BY_NAME.get(name);
  if (!op) throw new InternalError(`no operator is named "${name}"`);
  return op;
}

/** Every unit that any kernel may call, in every variant, in the order of their names. */
export function allUnits(): Unit[] {
  return [
    ...new Map(
      OPS.flatMap(({ kernels }) => kernels.flatMap(({ units }) => units))
        .flatMap(({ all }) => all.flatMap(withUsed))
        .map((unit) => [unit.name, unit]),
    ).values(),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
