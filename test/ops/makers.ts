import type { CaseMaker } from '../support/cases.ts';
import * as activation from './activation.cases.ts';
import * as conv from './conv.cases.ts';
import * as dense from './dense.cases.ts';
import * as detection from './detection.cases.ts';
import * as elementwise from './elementwise.cases.ts';
import * as fourier from './fourier.cases.ts';
import * as gather from './gather.cases.ts';
import * as quantize from './quantize.cases.ts';
import * as reduce from './reduce.cases.ts';
import * as recurrent from './recurrent.cases.ts';
import { sample } from './sample.cases.ts';
import * as shape from './shape.cases.ts';

/** The maker of random cases of each operator. */
export const MAKERS: Readonly<Record<string, CaseMaker>> = {
  conv2d: conv.conv2d,
  depthwise_conv2d: conv.depthwise,
  transpose_conv2d: conv.transposeConv2d,
  dense: dense.dense,
  batch_matmul: dense.batchMatmul,
  average_pool: conv.averagePool,
  max_pool: conv.maxPool,
  mean: reduce.mean,
  sum: reduce.sum,
  ...reduce.folds,
  arg_max: reduce.argMax,
  arg_min: reduce.argMin,
  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  squared_difference: elementwise.squaredDifference,
  ...elementwise.combinationMakers,
  prelu: elementwise.prelu,
  relu: activation.relu,
  leaky_relu: activation.leakyRelu,
  clip: activation.clip,
  hard_swish: activation.hardSwish,
  logistic: activation.logistic,
  tanh: activation.tanh,
  ...activation.functions,
  softmax: activation.softmax,
  log_softmax: activation.logSoftmax,
  quantize: quantize.quantize,
  dequantize: quantize.dequantize,
  cast: quantize.cast,
  logical_not: elementwise.logicalNot,
  select: elementwise.select,
  gather: gather.gather,
  gather_nd: gather.gatherNd,
  scatter_nd: gather.scatterNd,
  top_k: gather.topK,
  bitcast: quantize.bitcast,
  lstm: recurrent.lstm,
  gru: recurrent.gru,
  rnn: recurrent.rnn,
  svdf: recurrent.svdf,
  detection: detection.detection,
  reshape: shape.reshape,
  concat: shape.concat,
  split: shape.split,
  pack: shape.pack,
  unpack: shape.unpack,
  tile: shape.tile,
  mirror_pad: shape.mirrorPad,
  space_to_batch: shape.spaceToBatch,
  batch_to_space: shape.batchToSpace,
  slice: shape.slice,
  transpose: shape.transpose,
  depth_to_space: shape.depthToSpace,
  space_to_depth: shape.spaceToDepth,
  pad: shape.pad,
  resize_nearest: shape.resizeNearest,
  resize_bilinear: shape.resizeBilinear,
  sample,
  fft: fourier.fft,
};
