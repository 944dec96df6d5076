import { elements } from '../../ir/types.ts';
import type { AnyRounding } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import { convolutionWindow } from '../attributes.ts';
import type { Fixed } from '../float-rounding.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectMixedTypes } from '../types.ts';
import { linked } from '../channels.ts';
import { channelMultipliers } from '../requantize.ts';
import { weightedChannels } from '../weighted-channels.ts';
import { isPadded, planeOf } from './conv2d.ts';
import { depthwiseKernels } from './depthwise.kernels.ts';
import { convolve } from './conv2d.reference.ts';
import { filtersOf } from './depthwise.reference.ts';
import {
  checkFilters,
  checkWindow,
  inputPlane,
  tflitePadding,
  windowOutput,
  windowRows,
} from './geometry.ts';
import type { Window } from './geometry.ts';

export interface DepthwiseAttrs extends Window {
  readonly activation: Activation;
  readonly rounding: AnyRounding;
}

/** The same in fixed-point arithmetic: what most kernels do. */
export type FixedDepthwise = Fixed<DepthwiseAttrs>;

/** input [n, y, x, c], weights [1, ky, kx, c * multiplier], bias [o] -> output [n, y, x, o] */
export const depthwiseConv2d = defineOp<DepthwiseAttrs>({
  name: 'depthwise_conv2d',
  summary: 'Depthwise convolution with a depth multiplier, any stride, dilation and padding',
  attributes: convolutionWindow,
  operands: 2,
  inferShapes(attrs, [input, weights]) {
    const [batch, height, width, channels] = planeOf(input);
    const [copies, , , outputs] = planeOf(weights);
    if (copies !== 1) throw new Unsupported(`its weights have a first dimension of ${copies}`);
    if (outputs % channels !== 0) {
      throw new Unsupported(`its weights have ${outputs} channels, its input ${channels}`);
    }
    checkFilters(attrs, weights!.shape);
    return [[batch, ...windowOutput(attrs, height, width), outputs]];
  },
  // Source: tensorflow/lite/micro/kernels/depthwise_conv.cc: on int16 it reads no other bias.
  reject: (node) => rejectMixedTypes(node, 3, ['int64']),
  evaluate: (node, [input, weights, bias]) => [convolve(node, input!, filtersOf(weights!), bias)],
  macs({ inputs, outputs }) {
    const [, ky = 1, kx = 1] = inputs[1]!.shape;
    return elements(outputs[0]!) * ky * kx;
  },
  kernels: depthwiseKernels,
  rows: windowRows,
  quantize: 'measured',
  weights: { input: 1, axis: 3, bias: 2 },
  channels: weightedChannels({
    rows({ attrs, inputs }) {
      const [, ky = 1, kx = 1, outputs = 1] = inputs[1]!.shape;
      const multiplier = outputs / inputs[0]!.shape[3]!;
      return {
        length: ky * kx,
        place: (row, k) => k * outputs + row,
        channel: (row) => Math.floor(row / multiplier),
        padded: isPadded(attrs),
      };
    },
    multipliers: (node) => channelMultipliers(node, node.outputs[0]!.shape[3]!),
    flow({ inputs, outputs }) {
      const channels = outputs[0]!.shape[3]!;
      const multiplier = channels / inputs[0]!.shape[3]!;
      const pair = (o: number): [number, number] => [Math.floor(o / multiplier), o];
      return linked(Array.from({ length: channels }, (_, o) => pair(o)));
    },
  }),
  tflite: {
    DEPTHWISE_CONV_2D(operator) {
      const { options } = operator;
      const [, ky, kx, outputs] = planeOf(operator.inputs[1]);
      const window = {
        kernel: [ky, kx],
        stride: [options.int(2), options.int(1)],
        dilation: [options.int(6, 1), options.int(5, 1)],
      } as const;
      checkWindow(window);
      const padding = tflitePadding(options.byte(0), inputPlane(operator), window);
      const [, , , channels] = planeOf(operator.inputs[0]);
      const multiplier = options.int(3);
      if (multiplier !== 0 && multiplier * channels !== outputs) {
        throw new Unsupported(
          `its depth multiplier is ${multiplier}, its weights have ${outputs} channels for ${channels}`,
        );
      }
      const activation = tfliteActivation(options.byte(4));
      return { attrs: { ...window, padding, activation, rounding: 'double' } };
    },
  },
});
