import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import type { Layout } from '../kernel.ts';
import type { FixedDepthwise } from './depthwise.ts';
import { windowFields } from './fields.ts';
import { tileOf } from './line-window.ts';
import type { LineLayer } from './line-window.ts';

/** The members of nn_depthwise_lines that do not hang on how a window is walked. */
export function lineFields(node: TypedNode<FixedDepthwise>, layer: LineLayer, layout: Layout) {
  const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
  return {
    window: alongFields(node, layer, layout),
    input_zero: perTensor(node.inputs[0]!).zeroPoint,
    zero: perTensor(node.outputs[0]!).zeroPoint,
    ...{ low, high },
    depth: layer.depth,
    ...tileOf(layer),
    all: layer.turned ? layer.output[0] : 0,
  };
}

// The window as the lines take it.
function alongFields(node: TypedNode<FixedDepthwise>, layer: LineLayer, layout: Layout) {
  const { turned, input, output, kernel, stride, dilation, padding } = layer;
  return {
    ...windowFields(node, layout),
    ...(turned && { input_ring: input[0], output_ring: output[0] }),
    ...{ input_height: input[0], input_width: input[1], output_width: output[1] },
    ...{ kernel_height: kernel[0], kernel_width: kernel[1] },
    ...{ stride_y: stride[0], stride_x: stride[1] },
    ...{ dilation_y: dilation[0], dilation_x: dilation[1] },
    ...{ pad_top: padding[0], pad_left: padding[1] },
  };
}
