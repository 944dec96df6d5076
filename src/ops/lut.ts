import type { TensorType, TypedNode } from '../ir/types.ts';
import { elements } from '../ir/types.ts';
import { rangesFrom } from './channels.ts';
import type { Ranges } from './channels.ts';
import { table } from './constant-array.ts';
import { call } from './kernel.ts';
import type { Kernel } from './kernel.ts';
import { struct } from './struct.ts';
import { unitFamily } from './unit.ts';

const isByte = (type: TensorType) => ['int8', 'uint8', 'bool'].includes(type.dtype);

const units = unitFamily({
  name: 'nn_lut_s8',
  template: 'activation/lut-s8',
  struct: struct('nn_lut_s8_layer', "output[i] = table[input[i]], by the input's byte", {
    count: 'int32_t',
    table: 'const int8_t *',
  }),
  parameters: 'const void *input, void *output',
});

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
    units: [units],
    cost: (node) => ({
      work: { outputs: elements(node.outputs[0]!) },
      constantBytes: 256,
      scratchBytes: 0,
      calls: [units({})],
    }),
    code(node) {
      const of = map(node);
      const signed = node.inputs[0]!.dtype === 'int8';
      const outputs = Int8Array.from({ length: 256 }, (_, byte) =>
        of(signed && byte > 127 ? byte - 256 : byte),
      );
      const count = elements(node.outputs[0]!);
      return [call(units({}), { count, table: table('table', outputs) })];
    },
    inPlace: [0],
  };
}

/** The ranges of a function of one 8-bit value, of inputs in the given ones. */
export function lutRanges(map: (stored: number) => number, { low, high }: Ranges): Ranges {
  return rangesFrom(low.length, (c) => {
    let [least, most] = [Infinity, -Infinity];
    for (let x = low[c]!; x <= high[c]!; x++) {
      const y = map(x);
      least = Math.min(least, y);
      most = Math.max(most, y);
    }
    return [least, most];
  });
}
