import type { CaseMaker } from '../support/cases.ts';
import * as conv from './conv.cases.ts';
import * as elementwise from './elementwise.cases.ts';
import * as shape from './shape.cases.ts';

/** The maker of random cases of each operator. */
export const MAKERS: Readonly<Record<string, CaseMaker>> = {
  conv2d: conv.conv2d,
  depthwise_conv2d: conv.depthwise,
  dense: conv.dense,
  average_pool: conv.averagePool,
  max_pool: conv.maxPool,
  mean: conv.mean,
  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  prelu: elementwise.prelu,
  relu: elementwise.relu,
  leaky_relu: elementwise.leakyRelu,
  hard_swish: elementwise.hardSwish,
  logistic: elementwise.logistic,
  tanh: elementwise.tanh,
  softmax: elementwise.softmax,
  log_softmax: elementwise.logSoftmax,
  quantize: elementwise.quantize,
  dequantize: elementwise.dequantize,
  reshape: shape.reshape,
  concat: shape.concat,
  split: shape.split,
  slice: shape.slice,
  transpose: shape.transpose,
  depth_to_space: shape.depthToSpace,
  space_to_depth: shape.spaceToDepth,
  pad: shape.pad,
  resize_nearest: shape.resizeNearest,
  resize_bilinear: shape.resizeBilinear,
};
