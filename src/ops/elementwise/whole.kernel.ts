import { elements } from '../../ir/types.ts';
import type { TypedNode } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import type { Activation } from '../activation/clamp.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { loopFields, loopLines, NESTED_LOOPS } from './loops.ts';

const BINARY_S32 = struct('nn_binary_s32', 'An elementwise operator of two int32 operands.', {
  loops: NESTED_LOOPS,
  low: 'int32_t',
  high: 'int32_t',
});

/** The kernel of arithmetic on int32 as it is; `c` is C's expression of `x` and `y`. */
export function wholeKernel<Attrs extends { readonly activation: Activation }>(
  name: string,
  c: string,
): Kernel<Attrs> {
  const units = unitFamily({
    name: `nn_${name}_s32`,
    template: 'elementwise/binary-s32',
    headers: ['nn_types.h', 'nn_elementwise.h', 'nn_integers.h'],
    struct: BINARY_S32,
    parameters: 'const int32_t *a, const int32_t *b, int32_t *output',
    view: { expression: c },
  });
  return {
    name: `${name}_s32_c`,
    units: [units],
    reject: (node) => (node.outputs[0]!.dtype === 'int32' ? undefined : 'takes int32'),
    cost: (node) =>
      plainCost({ outputs: elements(node.outputs[0]!), lines: loopLines(node) }, [units({})]),
    code(node) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      return [call(units({}), { loops: loopFields(node), low, high }, { inputs: [0, 1] })];
    },
    inPlace: [0, 1],
  };
}

/** Why arithmetic on int32 cannot take a node: it has no scales. */
export function rejectUnlessWhole({ inputs, outputs }: TypedNode): string | undefined {
  const tensors = [...inputs, ...outputs].filter((tensor) => tensor !== undefined);
  const other = tensors.find(({ dtype }) => dtype !== 'int32');
  if (other) return `it mixes int32 and ${other.dtype}`;
  const scaled = tensors.find(({ quant }) => quant);
  return scaled && `its int32 tensor "${scaled.name}" is quantized`;
}
