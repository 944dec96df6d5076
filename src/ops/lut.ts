import type { TensorType, TypedNode } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { table, unit } from './kernel.ts';
import type { Kernel } from './kernel.ts';

const isByte = (type: TensorType) => type.dtype === 'int8' || type.dtype === 'uint8';

/**
 * The kernel of every function of one 8-bit value: a table of 256 outputs, made by the reference
 * itself, so that it cannot differ from it. `map` gives the stored output of a stored input.
 */
export function lutKernel<Attrs>(
  name: string,
  map: (node: TypedNode<Attrs>) => (stored: number) => number,
): Kernel<Attrs> {
  return {
    name,
    reject: ({ inputs, outputs }) =>
      isByte(inputs[0]!) && isByte(outputs[0]!) ? undefined : 'takes 8-bit values',
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 6, scratchBytes: 0 }),
    code(node) {
      const of = map(node);
      const signed = node.inputs[0]!.dtype === 'int8';
      const outputs = Int8Array.from({ length: 256 }, (_, byte) =>
        of(signed && byte > 127 ? byte - 256 : byte),
      );
      const fields = { count: elements(node.outputs[0]!), table: table('table', outputs) };
      return {
        calls: [{ struct: 'nn_lut_s8_layer', function: 'nn_lut_s8', fields, inputs: [0] }],
        units: [unit('nn_lut_s8', 'activation/lut-s8', ['nn_elementwise.h'])],
        scratchBytes: 0,
      };
    },
    inPlace: [0],
  };
}
