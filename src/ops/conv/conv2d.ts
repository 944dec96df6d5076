import { z } from 'zod';
import type { TensorType } from '../../ir/types.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import * as attributes from '../attributes.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectMixedTypes } from '../types.ts';
import { evaluateConv2d } from './conv2d.reference.ts';
import { conv2dKernels } from './conv2d.kernels.ts';
import { checkWindow, inputPlane, tflitePadding, windowOutput } from './geometry.ts';
import type { Window } from './geometry.ts';

export interface Conv2dAttrs extends Window {
  readonly activation: Activation;
  readonly rounding: Rounding;
}

/** Attributes of the convolutions. */
export const WEIGHTED_WINDOW = z.strictObject({
  ...attributes.window,
  activation: attributes.activation,
  rounding: attributes.rounding,
});

/** input [n, y, x, c], weights [o, ky, kx, c / groups], bias [o] -> output [n, y, x, o] */
export const conv2d = defineOp<Conv2dAttrs>({
  name: 'conv2d',
  summary: 'Convolution with any stride, dilation, padding and grouping, and a fused clamp',
  attributes: WEIGHTED_WINDOW,
  operands: 2,
  inferShapes(attrs, [input, weights]) {
    const [batch, height, width, channels] = planeOf(input);
    const [outputs, , , depth] = planeOf(weights);
    if (channels % depth !== 0 || outputs % (channels / depth) !== 0) {
      throw new Unsupported(`its weights take ${depth} channels, its input has ${channels}`);
    }
    return [[batch, ...windowOutput(attrs, height, width), outputs]];
  },
  reject: rejectMixedTypes,
  evaluate: evaluateConv2d,
  macs({ inputs, outputs }) {
    const [count = 1, ky = 1, kx = 1, depth = 1] = inputs[1]!.shape;
    return (outputs[0]!.shape.reduce((a, b) => a * b, 1) / count) * count * ky * kx * depth;
  },
  kernels: conv2dKernels,
  rows: ({ kernel, stride, dilation, padding }) => ({
    rows: (kernel[0] - 1) * dilation[0] + 1,
    stride: stride[0],
    padding: padding[0],
  }),
  quantize: 'measured',
  weights: { input: 1, axis: 0, bias: 2 },
  tflite: {
    CONV_2D(operator) {
      const { options } = operator;
      const [, ky, kx] = planeOf(operator.inputs[1]);
      const window = {
        kernel: [ky, kx],
        stride: [options.int(2, 1), options.int(1, 1)],
        dilation: [options.int(5, 1), options.int(4, 1)],
      } as const;
      checkWindow(window);
      const padding = tflitePadding(options.byte(0), inputPlane(operator), window);
      const activation = tfliteActivation(options.byte(3));
      return { attrs: { ...window, padding, activation, rounding: 'double' } };
    },
  },
});

/** The four sizes of a plane tensor. */
export function planeOf(type: TensorType | undefined): [number, number, number, number] {
  if (type?.shape.length !== 4) throw new Unsupported('it needs tensors of four dimensions');
  return type.shape as unknown as [number, number, number, number];
}
