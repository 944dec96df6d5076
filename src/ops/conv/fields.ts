import type { TensorType, TypedNode } from '../../ir/types.ts';
import { channelMultipliers } from '../requantize.ts';
import type { Window } from './geometry.ts';

/** The members of nn_window, by their C names. */
export function windowFields(window: Window, input: TensorType, output: TensorType) {
  const [, inputHeight = 0, inputWidth = 0, inputChannels = 0] = input.shape;
  const [, outputHeight = 0, outputWidth = 0, outputChannels = 0] = output.shape;
  return {
    'window.input_height': inputHeight,
    'window.input_width': inputWidth,
    'window.input_channels': inputChannels,
    'window.input_ring': inputHeight,
    'window.output_width': outputWidth,
    'window.output_channels': outputChannels,
    'window.output_ring': outputHeight,
    'window.kernel_height': window.kernel[0],
    'window.kernel_width': window.kernel[1],
    'window.stride_y': window.stride[0],
    'window.stride_x': window.stride[1],
    'window.dilation_y': window.dilation[0],
    'window.dilation_x': window.dilation[1],
    'window.pad_top': window.padding[0],
    'window.pad_left': window.padding[1],
  };
}

/** What a kernel that takes a range of output rows says of them. */
export function rowsOf(node: TypedNode): { batches: number; count: number } {
  const [batches = 1, count = 1] = node.outputs[0]!.shape;
  return { batches, count };
}

/** The multipliers of a node with weights, one for each of its `channels` outputs. */
export function multipliersOf(node: TypedNode, channels: number) {
  return channelMultipliers(node.inputs[0]!, node.inputs[1]!, node.outputs[0]!, channels);
}
