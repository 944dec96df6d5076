import type { TypedNode } from '../../ir/types.ts';
import { bytesPerElement } from '../../ir/types.ts';
import { valueBytes, valueFromBytes } from '../../ir/values.ts';
import { noAttributes } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { aliasKernel } from '../shape/alias.kernel.ts';
import { rejectUnlessKept } from '../types.ts';

/** The same bytes under another type of the same width. */
export const bitcast = defineOp<object>({
  name: 'bitcast',
  summary: 'The same bytes under another type; costs nothing',
  attributes: noAttributes,
  inferShapes: (_, [input]) => [input!.shape],
  reject,
  evaluate: (node, [input]) => [valueFromBytes(node.outputs[0]!, valueBytes(input!))],
  kernels: [aliasKernel],
  quantize: 'keep-float',
  tflite: { BITCAST: () => ({ attrs: {} }) },
});

function reject({ inputs: [input], outputs: [output] }: TypedNode): string | undefined {
  const [from, to] = [input!.dtype, output!.dtype];
  const kept = rejectUnlessKept(from) ?? rejectUnlessKept(to);
  if (kept) return kept;
  if (bytesPerElement(from) !== bytesPerElement(to)) return `it makes ${to} of ${from}`;
  // Truth values are 0 and 1.
  if (to === 'bool' && from !== 'bool') return `it makes bool of ${from}`;
  const scaled = [input!, output!].find(({ quant }) => quant);
  return scaled && `its tensor "${scaled.name}" is quantized`;
}
