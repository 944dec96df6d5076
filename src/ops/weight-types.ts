import { perTensor } from '../ir/types.ts';
import type { Tensor } from '../ir/types.ts';

interface Weighted {
  readonly input: Tensor;
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
  readonly output: Tensor;
}

/** Share of an output step by which a unit of the bias may miss its value. */
const BIAS_TOLERANCE = 0.02;

/**
 * What is wrong with the quantization of int8 weights and their int32 bias. A channel's scale may
 * be 0: its weights are dead, and its output is the zero point.
 */
export function rejectWeights(
  { input, weights, bias, output }: Weighted,
  axis: number,
): string | undefined {
  const { quant } = weights;
  if (!quant) return `its int8 tensor "${weights.name}" has no quantization`;
  const { scales, zeroPoints } = quant;
  if (scales.length > 1 && quant.axis !== axis) {
    return `its weights have scales along axis ${quant.axis}, their output channels are axis ${axis}`;
  }
  if (zeroPoints.some((zeroPoint) => zeroPoint !== zeroPoints[0])) {
    return "its weights' channels differ in zero point";
  }
  if (scales.length === 1 && scales[0] === 0)
    return `its tensor "${weights.name}" has a scale of zero`;
  const product = perTensor(input).scale / perTensor(output).scale;
  if (scales.some((scale) => !Number.isFinite(scale * product)))
    return 'its scales are too far apart';
  return bias?.quant && rejectBias(bias, scales, perTensor(input).scale, perTensor(output).scale);
}

// The bias is added to sums of input times weights: its unit has to be the same.
// Source: tensorflow/lite/kernels/kernel_util.cc, GetQuantizedConvolutionMultipler.
function rejectBias(
  { quant }: Tensor,
  scales: readonly number[],
  input: number,
  output: number,
): string | undefined {
  const { scales: own, zeroPoints } = quant!;
  const zero = zeroPoints.find((zeroPoint) => zeroPoint !== 0);
  if (zero !== undefined) return `its bias has the zero point ${zero}`;
  if (own.length > 1 && scales.length > 1 && own.length !== scales.length)
    return `its bias has ${own.length} scales, its weights ${scales.length}`;
  const channels = Math.max(own.length, scales.length);
  for (let c = 0; c < channels; c++) {
    const unit = input * (scales[c] ?? scales[0]!);
    if (unit === 0) continue;
    const found = own[c] ?? own[0]!;
    if (Math.abs(unit - found) / output > BIAS_TOLERANCE)
      return `its bias has the scale ${found}, not that of input times weights, ${unit}`;
  }
  return undefined;
}
