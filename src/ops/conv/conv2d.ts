import type { TensorType } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import type { AnyRounding } from '../../support/fixed-point.ts';
import type { Activation } from '../activation/clamp.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import { convolutionWindow } from '../attributes.ts';
import { channelMultipliers } from '../requantize.ts';
import { weightedChannels } from '../weighted-channels.ts';
import type { Fixed } from '../float-rounding.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectMixedTypes } from '../types.ts';
import { convolve } from './conv2d.reference.ts';
import { conv2dKernels } from './conv2d.kernels.ts';
import {
  checkBiasType,
  checkFilters,
  checkWindow,
  inputPlane,
  tflitePadding,
  windowOutput,
  windowRows,
} from './geometry.ts';
import type { Window } from './geometry.ts';

export interface Conv2dAttrs extends Window {
  readonly activation: Activation;
  readonly rounding: AnyRounding;
}

/** The same in fixed-point arithmetic: what most kernels do. */
export type FixedConv2d = Fixed<Conv2dAttrs>;

/** input [n, y, x, c], weights [o, ky, kx, c / groups], bias [o] -> output [n, y, x, o] */
export const conv2d = defineOp<Conv2dAttrs>({
  name: 'conv2d',
  summary: 'Convolution with any stride, dilation, padding and grouping, and a fused clamp',
  attributes: convolutionWindow,
  operands: 2,
  inferShapes(attrs, [input, weights]) {
    const [batch, height, width, channels] = planeOf(input);
    const [outputs, , , depth] = planeOf(weights);
    if (channels % depth !== 0 || outputs % (channels / depth) !== 0) {
      throw new Unsupported(`its weights take ${depth} channels, its input has ${channels}`);
    }
    checkFilters(attrs, weights!.shape);
    return [[batch, ...windowOutput(attrs, height, width), outputs]];
  },
  reject: (node) => rejectMixedTypes(node, 0),
  evaluate: (node, [input, weights, bias]) => [convolve(node, input!, weights!, bias)],
  macs({ inputs, outputs }) {
    const [, ky = 1, kx = 1, depth = 1] = inputs[1]!.shape;
    return elements(outputs[0]!) * ky * kx * depth;
  },
  kernels: conv2dKernels,
  rows: windowRows,
  quantize: 'measured',
  weights: { input: 1, axis: 0, bias: 2 },
  channels: weightedChannels({
    rows({ attrs, inputs }) {
      const [rows = 0, ky = 1, kx = 1, depth = 1] = inputs[1]!.shape;
      const perGroup = rows / (inputs[0]!.shape[3]! / depth);
      const length = ky * kx * depth;
      return {
        length,
        place: (row, k) => row * length + k,
        channel: (row, k) => Math.floor(row / perGroup) * depth + (k % depth),
        padded: isPadded(attrs),
      };
    },
    multipliers: (node) => channelMultipliers(node, node.outputs[0]!.shape[3]!),
    // Groups have to stay alike.
    flow: ({ attrs, inputs: [x, w] }) =>
      x!.shape[3] === w!.shape[3] ? { kind: 'mixes', padded: isPadded(attrs) } : undefined,
  }),
  tflite: {
    CONV_2D(operator) {
      const { options } = operator;
      const [, ky, kx] = planeOf(operator.inputs[1]);
      const window = {
        kernel: [ky, kx],
        stride: [options.int(2), options.int(1)],
        dilation: [options.int(5, 1), options.int(4, 1)],
      } as const;
      checkWindow(window);
      checkBiasType(options.byte(6), operator, 2);
      const padding = tflitePadding(options.byte(0), inputPlane(operator), window);
      const activation = tfliteActivation(options.byte(3));
      return { attrs: { ...window, padding, activation, rounding: 'double' } };
    },
  },
});

/** Whether a window may reach beyond its input. */
export function isPadded({ padding }: Window): boolean {
  return padding.some((pixels) => pixels > 0);
}

/** The four sizes of a plane tensor. */
export function planeOf(type: TensorType | undefined): [number, number, number, number] {
  if (type?.shape.length !== 4) throw new Unsupported('it needs tensors of four dimensions');
  return type.shape as unknown as [number, number, number, number];
}
