import { conv2d } from './conv/conv2d.ts';
import { depthwiseConv2d } from './conv/depthwise.ts';
import { dense } from './dense/dense.ts';
import { hardSwish } from './activation/hard-swish.ts';
import { leakyRelu } from './activation/leaky-relu.ts';
import { relu } from './activation/relu.ts';
import { logistic, tanh } from './activation/sigmoid.ts';
import { add, sub } from './elementwise/add.ts';
import { mul } from './elementwise/mul.ts';
import { prelu } from './elementwise/prelu.ts';
import { averagePool, maxPool } from './pool/pool.ts';
import { dequantize, quantize } from './quantize/quantize.ts';
import { mean } from './reduce/mean.ts';
import { concat } from './shape/concat.ts';
import { depthToSpace, spaceToDepth } from './shape/depth-to-space.ts';
import { pad } from './shape/pad.ts';
import { reshape } from './shape/reshape.ts';
import { resizeBilinear, resizeNearest } from './shape/resize.ts';
import { slice } from './shape/slice.ts';
import { split } from './shape/split.ts';
import { transpose } from './shape/transpose.ts';
import { logSoftmax } from './softmax/log-softmax.ts';
import { softmax } from './softmax/softmax.ts';
import type { Op } from './op.ts';
import { InternalError } from '../support/diagnostics.ts';

/** Every operator thimble knows. */
export const OPS: readonly Op[] = [
  conv2d,
  depthwiseConv2d,
  dense,
  averagePool,
  maxPool,
  mean,
  add,
  sub,
  mul,
  prelu,
  relu,
  leakyRelu,
  hardSwish,
  logistic,
  tanh,
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
  resizeNearest,
  resizeBilinear,
  quantize,
  dequantize,
] as readonly Op[];

const BY_NAME = new Map(OPS.map((op) => [op.name, op]));

export function opOf(name: string): Op {
  const op = BY_NAME.get(name);
  if (!op) throw new InternalError(`no operator is named "${name}"`);
  return op;
}
