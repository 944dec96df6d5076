import type { TypedNode } from '../../ir/types.ts';
import type { AnyRounding } from '../../support/fixed-point.ts';
import type { Layout } from '../kernel.ts';
import { channelMultipliers } from '../requantize.ts';
import type { FieldsOf } from '../struct.ts';
import type { Window } from './geometry.ts';
import type { WINDOW } from './structs.ts';

/** The members of nn_window. */
export function windowFields(
  { attrs, inputs, outputs }: TypedNode<Window>,
  layout: Layout,
): FieldsOf<(typeof WINDOW)['members']> {
  const [, inputHeight = 0, inputWidth = 0, inputChannels = 0] = inputs[0]!.shape;
  const [, , outputWidth = 0, outputChannels = 0] = outputs[0]!.shape;
  return {
    input_height: inputHeight,
    input_width: inputWidth,
    input_channels: inputChannels,
    input_ring: layout.inputRows[0]!,
    output_width: outputWidth,
    output_channels: outputChannels,
    output_ring: layout.outputRows,
    kernel_height: attrs.kernel[0],
    kernel_width: attrs.kernel[1],
    stride_y: attrs.stride[0],
    stride_x: attrs.stride[1],
    dilation_y: attrs.dilation[0],
    dilation_x: attrs.dilation[1],
    pad_top: attrs.padding[0],
    pad_left: attrs.padding[1],
  };
}

/** Why the members of nn_window, 16 bits each, cannot hold a node's sizes; undefined when they can. */
export function rejectWindow({ attrs, inputs, outputs }: TypedNode<Window>): string | undefined {
  const numbers = [
    ...inputs[0]!.shape.slice(1),
    ...outputs[0]!.shape.slice(1),
    ...[attrs.kernel, attrs.stride, attrs.dilation, attrs.padding].flat(),
  ];
  const large = numbers.find((n) => n >= 2 ** 15);
  return large === undefined ? undefined : `takes sizes below 32768, not ${large}`;
}

/** The multipliers of a node with weights, one for each of its `channels` outputs. */
export function multipliersOf(
  node: TypedNode<{ readonly rounding: AnyRounding }>,
  channels: number,
) {
  return channelMultipliers(node, channels);
}
