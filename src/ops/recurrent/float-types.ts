import type { TypedNode } from '../../ir/types.ts';
import { formatType } from '../../ir/types.ts';

/** Why a recurrent layer that is there in float alone cannot take its types. */
export function rejectFloatSequence(node: TypedNode, lengthsAt: number): string | undefined {
  const lengths = node.inputs[lengthsAt];
  if (lengths && lengths.dtype !== 'int32') return `its lengths are ${formatType(lengths)}`;
  if (node.inputs.length < lengthsAt) return `it has ${node.inputs.length} inputs`;
  const others = [...node.inputs.slice(0, lengthsAt), ...node.outputs].filter(
    (tensor) => tensor && tensor.dtype !== 'float32',
  );
  return others.length === 0 ? undefined : `it works on ${others[0]!.dtype}; float32 is supported`;
}
