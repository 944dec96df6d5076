import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { elements } from '../../ir/types.ts';
import type { TypedNode } from '../../ir/types.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import { clampedWindow, size } from '../attributes.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectMixedTypes } from '../types.ts';
import type { FixedConv2d } from './conv2d.ts';
import { planeOf } from './conv2d.ts';
import { checkBiasType, checkFilters, checkWindow, tflitePadding } from './geometry.ts';
import { transposeConv2dKernels } from './transpose-conv2d.kernels.ts';
import { evaluateTransposeConv2d } from './transpose-conv2d.reference.ts';

export interface TransposeConv2dAttrs extends FixedConv2d {
  /** Rows and columns of the output: its window, sliding over them, has the input's. */
  readonly output: readonly [number, number];
}

/** input [n, y, x, c], weights [o, ky, kx, c], bias [o] -> output [n, y, x, o] */
export const transposeConv2d = defineOp<TransposeConv2dAttrs>({
  name: 'transpose_conv2d',
  summary: 'Transposed convolution: each input pixel adds a window to the output',
  attributes: clampedWindow.extend({ output: z.tuple([size, size]) }),
  operands: 2,
  inferShapes(attrs, [input, weights]) {
    const { output, dilation } = attrs;
    const [batch, , , channels] = planeOf(input);
    const [outputs, , , depth] = planeOf(weights);
    if (channels !== depth)
      throw new Unsupported(`its weights take ${depth} channels, its input has ${channels}`);
    if (dilation.some((n) => n !== 1)) throw new Unsupported('it is dilated');
    checkFilters(attrs, weights!.shape);
    return [[batch, ...output, outputs]];
  },
  // Source: tensorflow/lite/micro/kernels/transpose_conv.cc: a bias of 16 bits is widened; one of 32 bits is
  // LiteRT's alone.
  reject: (node) => rejectMixedTypes(node, 0, ['int64', 'int32', 'int16']),
  evaluate: evaluateTransposeConv2d,
  macs: ({ attrs, inputs, outputs }: TypedNode<TransposeConv2dAttrs>) =>
    elements(inputs[0]!) * attrs.kernel[0] * attrs.kernel[1] * outputs[0]!.shape[3]!,
  kernels: transposeConv2dKernels,
  quantize: 'measured',
  weights: { input: 1, axis: 0, bias: 2 },
  tflite: {
    TRANSPOSE_CONV: readTransposeConv,
    'CUSTOM:Convolution2DTransposeBias': readTransposeBias,
  },
});

/** The padding is that of a convolution over the output. Source: tensorflow/lite/kernels/transpose_conv.cc. */
function readTransposeConv(operator: TfliteOperator): Read<TransposeConv2dAttrs> {
  const { options } = operator;
  const [, height = 0, width = 0] = outputShapeOf(operator);
  const [, ky, kx] = planeOf(operator.inputs[1]);
  const window = {
    kernel: [ky, kx],
    stride: [options.int(2), options.int(1)],
    dilation: [1, 1],
  } as const;
  checkWindow(window);
  checkBiasType(options.byte(4), operator, 3);
  const padding = tflitePadding(options.byte(0), [height, width], window);
  const activation = tfliteActivation(options.byte(3));
  return {
    attrs: { ...window, padding, activation, rounding: 'double', output: [height, width] },
    keep: operator.inputs.length > 3 ? [2, 1, 3] : [2, 1],
  };
}

/**
 * MediaPipe's operator, whose options are three integers: how it is padded, and its strides. Source:
 * mediapipe/util/tflite/operations/transpose_conv_bias.cc.
 */
function readTransposeBias({ custom, inputs }: TfliteOperator): Read<TransposeConv2dAttrs> {
  if (custom?.length !== 12) throw new Unsupported('its options are not those of MediaPipe');
  const [scheme, strideX, strideY] = new Int32Array(Uint8Array.from(custom).buffer);
  if (scheme !== 1 && scheme !== 2)
    throw new Unsupported(`its padding scheme has the code ${scheme}`);
  const [, ky, kx] = planeOf(inputs[1]);
  const [, height, width] = planeOf(inputs[0]);
  const window = { kernel: [ky, kx], stride: [strideY!, strideX!], dilation: [1, 1] } as const;
  checkWindow(window);
  const along = (size: number, axis: 0 | 1): [before: number, after: number, output: number] => {
    const { kernel, stride } = window;
    const reach = stride[axis] * (size - 1) + kernel[axis];
    const cut = scheme === 1 ? Math.max(0, kernel[axis] - ((size - 1) % stride[axis]) - 1) : 0;
    return [cut >> 1, cut - (cut >> 1), reach - cut];
  };
  const [[top, bottom, rows], [left, right, columns]] = [along(height, 0), along(width, 1)];
  return {
    attrs: {
      ...{ ...window, activation: 'none', rounding: 'double' },
      padding: [top, left, bottom, right],
      output: [rows, columns],
    },
  };
}

// Where the shape is computed, it is the one that the file declares: TFLite Micro looks at no other.
function outputShapeOf(operator: TfliteOperator): readonly number[] {
  const [output] = operator.outputs;
  const declared = output?.signature.length === 4 && !output.signature.includes(-1);
  return operator.inputs[0]?.data || !declared
    ? constantNumbersOf(operator, 0, 'output shape', 4)
    : output.shape;
}
