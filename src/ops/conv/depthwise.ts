import type { Rounding } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectMixedTypes } from '../types.ts';
import { planeOf, WEIGHTED_WINDOW } from './conv2d.ts';
import { depthwiseKernels } from './depthwise.kernels.ts';
import { evaluateDepthwise } from './depthwise.reference.ts';
import { checkWindow, inputPlane, tflitePadding, windowOutput } from './geometry.ts';
import type { Window } from './geometry.ts';

export interface DepthwiseAttrs extends Window {
  readonly activation: Activation;
  readonly rounding: Rounding;
}

/** input [n, y, x, c], weights [1, ky, kx, c * multiplier], bias [o] -> output [n, y, x, o] */
export const depthwiseConv2d = defineOp<DepthwiseAttrs>({
  name: 'depthwise_conv2d',
  summary: 'Depthwise convolution with a depth multiplier, any stride, dilation and padding',
  attributes: WEIGHTED_WINDOW,
  operands: 2,
  inferShapes(attrs, [input, weights]) {
    const [batch, height, width, channels] = planeOf(input);
    const outputs = planeOf(weights)[3];
    if (outputs % channels !== 0) {
      throw new Unsupported(`its weights have ${outputs} channels, its input ${channels}`);
    }
    return [[batch, ...windowOutput(attrs, height, width), outputs]];
  },
  reject: rejectMixedTypes,
  evaluate: evaluateDepthwise,
  macs({ inputs, outputs }) {
    const [, ky = 1, kx = 1] = inputs[1]!.shape;
    return outputs[0]!.shape.reduce((a, b) => a * b, 1) * ky * kx;
  },
  kernels: depthwiseKernels,
  rows: ({ kernel, stride, dilation, padding }) => ({
    rows: (kernel[0] - 1) * dilation[0] + 1,
    stride: stride[0],
    padding: padding[0],
  }),
  quantize: 'measured',
  weights: { input: 1, axis: 3, bias: 2 },
  tflite: {
    DEPTHWISE_CONV_2D(operator) {
      const { options } = operator;
      const [, ky, kx] = planeOf(operator.inputs[1]);
      const window = {
        kernel: [ky, kx],
        stride: [options.int(2, 1), options.int(1, 1)],
        dilation: [options.int(6, 1), options.int(5, 1)],
      } as const;
      checkWindow(window);
      const padding = tflitePadding(options.byte(0), inputPlane(operator), window);
      const activation = tfliteActivation(options.byte(4));
      return { attrs: { ...window, padding, activation, rounding: 'double' } };
    },
  },
});
