import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { quantizeMultiplier } from '../../support/fixed-point.ts';
import type { AnyRounding, Multiplier } from '../../support/fixed-point.ts';
import { channelMultipliers } from '../requantize.ts';

/**
 * The multipliers of a fully connected layer's outputs. With one scale for all weights the product
 * of the scales is taken in single precision; source: kernel_util.cc, GetQuantizedConvolutionMultipler.
 */
export function denseMultipliers(
  node: TypedNode<{ readonly rounding: AnyRounding }>,
): Multiplier[] {
  const [input, weights] = [node.inputs[0]!, node.inputs[1]!];
  const output = node.outputs[0]!;
  const channels = weights.shape[0]!;
  if (weights.quant!.scales.length > 1 || node.attrs.rounding === 'float')
    return channelMultipliers(node, channels);
  const scale = Math.fround(perTensor(input).scale * perTensor(weights).scale);
  const one = quantizeMultiplier(scale / perTensor(output).scale);
  return Array.from({ length: channels }, () => one);
}
