import { clampRange } from '../activation/clamp.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import type { FieldsOf } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import type { BinaryAttrs, BinaryNode } from './binary.ts';
import { loopFields, loopWork, NESTED_LOOPS } from './loops.ts';

const SCALES = {
  multiplier_a: 'int32_t',
  multiplier_b: 'int32_t',
  multiplier: 'int32_t',
  shift_a: 'int8_t',
  shift_b: 'int8_t',
  shift: 'int8_t',
} as const;

const BINARY_S16 = struct('nn_binary_s16', 'An elementwise operator of two int16 operands.', {
  loops: NESTED_LOOPS,
  ...SCALES,
  low: 'int16_t',
  high: 'int16_t',
});

/** How an operator of two operands computes on int16, whose zero points are 0. */
export interface WideBinary {
  /** Bits by which operands are shifted left before they come to a common scale; left out: they do not. */
  readonly headroom?: number;
  /** What is requantized, in C, of `x` and `y`. */
  readonly c: string;
}

/** The int16 kernel of an operator; `constants` are its multipliers. */
export function wideBinaryKernel(
  name: string,
  { headroom, c }: WideBinary,
  constants: (node: BinaryNode) => Partial<FieldsOf<typeof SCALES>>,
): Kernel<BinaryAttrs> {
  const units = unitFamily({
    name: `nn_${name}_s16`,
    template: 'elementwise/binary-s16',
    headers: ['nn_types.h', 'nn_elementwise.h'],
    struct: BINARY_S16,
    parameters: 'const int16_t *a, const int16_t *b, int16_t *output',
    view: { expression: c, headroom: headroom === undefined ? '' : String(headroom) },
  });
  return {
    name: `${name}_s16_c`,
    units: [units],
    reject: ({ outputs }) => (outputs[0]!.dtype === 'int16' ? undefined : 'takes int16'),
    cost: (node) => plainCost(loopWork(node), [units({})]),
    code(node) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      const given = constants(node);
      const fields = Object.fromEntries(
        Object.keys(SCALES).map((member) => [member, given[member as keyof typeof SCALES] ?? 0]),
      ) as FieldsOf<typeof SCALES>;
      return [
        call(units({}), { loops: loopFields(node), ...fields, low, high }, { inputs: [0, 1] }),
      ];
    },
    inPlace: [0, 1],
  };
}
