import { elements, formatType } from '../ir/types.ts';
import type { DType, Tensor, TensorType, TypedNode } from '../ir/types.ts';
import { rejectWide } from './wide.ts';
import type { AnyRounding } from '../support/fixed-point.ts';
import { rejectWeights } from './weight-types.ts';

/**
 * int8 throughout, or int16 with int8 weights, or float32 throughout; weights constant, their channels along `axis`; a constant
 * bias for each channel, int32 for int8, of `wideBiases` for int16.
 */
export function rejectMixedTypes(
  node: TypedNode,
  axis: number,
  wideBiases: readonly DType[] = ['int64', 'int32'],
): string | undefined {
  const [input, weights, bias] = node.inputs;
  const output = node.outputs[0];
  if (!input || !weights || !output) return 'its input, weights or output is missing';
  if (!weights.data) return 'its weights are not constant';
  if (bias && !bias.data) return `its bias "${bias.name}" has no data: it is not a constant`;
  if (input.dtype === 'float32' && weights.dtype === 'int8') {
    return 'its weights are int8 and its activations float (dynamic-range quantization)';
  }
  const biases = { int8: ['int32'], int16: wideBiases, float32: ['float32'] } as const;
  if (!(input.dtype in biases)) return rejectDtype(input);
  const { dtype } = input as { readonly dtype: keyof typeof biases };
  const stored = dtype === 'int16' ? 'int8' : dtype;
  const wanted = weights.dtype === stored && output.dtype === dtype;
  if (!wanted || (bias && !(biases[dtype] as readonly DType[]).includes(bias.dtype))) {
    return `it mixes ${[input, weights, bias, output].map((t) => (t ? formatType(t) : '-')).join(', ')}`;
  }
  const channels = weights.shape[axis]!;
  if (bias && elements(bias) !== channels) {
    return `its bias has ${elements(bias)} values for ${channels} output channels`;
  }
  if (dtype === 'float32') return undefined;
  if (dtype === 'int16') return rejectWide(node, axis);
  return rejectQuantization(input, output) ?? rejectWeights({ input, weights, bias, output }, axis);
}

/** Every listed tensor int8 with per-tensor quantization, or every one float32. */
export function rejectUnlessUniform(node: TypedNode): string | undefined {
  const tensors = [...node.inputs, ...node.outputs].filter((t) => t !== undefined);
  const dtype = tensors[0]?.dtype;
  if (dtype !== 'int8' && dtype !== 'float32') return tensors[0] && rejectDtype(tensors[0]);
  if (tensors.some((t) => t.dtype !== dtype))
    return `it mixes ${tensors.map(formatType).join(', ')}`;
  return dtype === 'int8' ? rejectQuantization(...tensors) : undefined;
}

/** Every listed tensor int16 with per-tensor quantization and no zero point, rounded as TFLite does. */
export function rejectUnlessUniformWide(node: TypedNode): string | undefined {
  const tensors = [...node.inputs, ...node.outputs].filter((t) => t !== undefined);
  if (tensors.some((t) => t.dtype !== 'int16'))
    return `it mixes ${tensors.map(formatType).join(', ')}`;
  const { rounding = 'double' } = node.attrs as { readonly rounding?: AnyRounding };
  if (rounding !== 'double') return 'on int16 it rounds as TFLite does';
  return rejectQuantization(...tensors) ?? rejectZeroPoints(tensors);
}

/** The node without constant inputs whose scale is 0: zeros, whatever is stored. */
export function withoutZeros(node: TypedNode): TypedNode {
  const isZero = (tensor: Tensor | undefined) => tensor?.data && tensor.quant?.scales[0] === 0;
  return { ...node, inputs: node.inputs.map((tensor) => (isZero(tensor) ? undefined : tensor)) };
}

/** Activations of more than 8 bits are stored without a zero point. */
export function rejectZeroPoints(tensors: readonly Tensor[]): string | undefined {
  const shifted = tensors.find(({ quant }) => quant?.zeroPoints.some((zero) => zero !== 0));
  return (
    shifted && `its tensor "${shifted.name}" has a zero point, on ${shifted.dtype} there is none`
  );
}

/** As rejectUnlessUniform, for operators whose stored values stand for the same on both sides. */
export function rejectUnlessUniformCopy(node: TypedNode): string | undefined {
  return rejectUnlessUniform(node) ?? rejectRelabelling(node);
}

/** One element type on both sides, and one meaning of stored values: what may be copied as it is. */
export function rejectUnlessCopy(node: TypedNode): string | undefined {
  const tensors = [...node.inputs, ...node.outputs].filter((t) => t !== undefined);
  const { dtype } = tensors[0]!;
  if (tensors.some((t) => t.dtype !== dtype))
    return `it mixes ${tensors.map(formatType).join(', ')}`;
  const constant = node.inputs.every((t) => t === undefined || t.data);
  return (constant ? undefined : rejectUnlessKept(dtype)) ?? rejectRelabelling(node);
}

/** Element types that tensors of a running model may have. */
export function rejectUnlessKept(dtype: DType): string | undefined {
  return dtype === 'float16' ? 'it works on float16; only constants may have that type' : undefined;
}

// Copying stored values from one quantization to another would change what they stand for.
function rejectRelabelling({ inputs, outputs }: TypedNode): string | undefined {
  const [first, ...rest] = [...inputs, ...outputs].filter((t) => t !== undefined);
  if (first!.dtype === 'float32' || first!.dtype === 'bool') return undefined;
  const other = rest.find((t) => !sameMeaning(first!, t));
  if (!other) return undefined;
  return `"${first!.name}" is quantized as ${described(first!)} and "${other.name}" as ${described(other)}: it would copy values from one scale to another`;
}

// Scales may differ in their last bits: 127 steps of 1e-6 are still the same stored value.
function sameMeaning(a: TensorType, b: TensorType): boolean {
  const [x, y] = [a.quant, b.quant];
  if (!x || !y) return x === y;
  return (
    x.scales.length === y.scales.length &&
    (x.scales.length === 1 || (x.axis === y.axis && a.shape.join() === b.shape.join())) &&
    x.scales.every((scale, i) => Math.abs(scale - y.scales[i]!) <= 1e-6 * scale) &&
    x.zeroPoints.every((zeroPoint, i) => zeroPoint === y.zeroPoints[i])
  );
}

function described({ quant }: TensorType): string {
  if (!quant) return 'nothing';
  const { scales, zeroPoints, axis } = quant;
  if (scales.length > 1) return `${scales.length} scales along axis ${axis}`;
  return `(${scales[0]}, ${zeroPoints[0]})`;
}

function rejectDtype(tensor: Tensor): string {
  return `it works on ${tensor.dtype}; int8 and float32 are supported`;
}

// Ratios beyond this overflow the single precision in which some are taken.
const LARGEST_RATIO = 2 ** 127;

function rejectQuantization(...tensors: readonly Tensor[]): string | undefined {
  for (const { name, dtype, quant } of tensors) {
    if (!quant) return `its ${dtype} tensor "${name}" has no quantization`;
    if (quant.scales.length > 1)
      return `its tensor "${name}" has ${quant.scales.length} scales; only weights may have a scale per channel`;
    if (!(quant.scales[0]! > 0)) return `its tensor "${name}" has a scale of zero`;
  }
  const scales = tensors.map(({ quant }) => quant!.scales[0]!);
  const [least, most] = [Math.min(...scales), Math.max(...scales)];
  return most / least < LARGEST_RATIO && most < LARGEST_RATIO
    ? undefined
    : `its scales ${least} and ${most} are too far apart`;
}
