import { formatType } from '../ir/types.ts';
import type { Tensor, TypedNode } from '../ir/types.ts';

/** int8 throughout or float32 throughout; weights and bias constant; int32 bias for int8. */
export function rejectMixedTypes(node: TypedNode): string | undefined {
  const [input, weights, bias] = node.inputs;
  const output = node.outputs[0];
  if (!input || !weights || !output) return 'its input, weights or output is missing';
  if (!weights.data) return 'its weights are not constant';
  if (bias && !bias.data) return 'its bias is not constant';
  if (input.dtype === 'float32' && weights.dtype === 'int8') {
    return 'its weights are int8 and its activations float (dynamic-range quantization)';
  }
  const float = input.dtype === 'float32';
  if (!float && input.dtype !== 'int8') return rejectDtype(input);
  const wanted = [input, weights, output].every((t) => t.dtype === input.dtype);
  if (!wanted || (bias && bias.dtype !== (float ? 'float32' : 'int32'))) {
    return `it mixes ${[input, weights, bias, output].map((t) => (t ? formatType(t) : '-')).join(', ')}`;
  }
  return float ? undefined : rejectQuantization(input, weights, output);
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

/** The same element type on both sides, whatever it is. */
export function rejectUnlessSameDtype(node: TypedNode): string | undefined {
  const tensors = [...node.inputs, ...node.outputs].filter((t) => t !== undefined);
  const same = tensors.every((t) => t.dtype === tensors[0]!.dtype);
  return same ? undefined : `it mixes ${tensors.map(formatType).join(', ')}`;
}

function rejectDtype(tensor: Tensor): string {
  return `it works on ${tensor.dtype}; int8 and float32 are supported`;
}

function rejectQuantization(...tensors: readonly Tensor[]): string | undefined {
  const bare = tensors.find((t) => !t.quant);
  if (bare) return `its int8 tensor "${bare.name}" has no quantization`;
  const flat = tensors.find((t) => t.quant!.scales.some((scale) => !(scale > 0)));
  return flat && `its tensor "${flat.name}" has a scale of zero`;
}
