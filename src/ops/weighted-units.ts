import type { TypedNode } from '../ir/types.ts';
import type { Rounding } from '../support/fixed-point.ts';
import { ROUNDING_AXIS } from './requantize.ts';
import type { Struct } from './struct.ts';
import { unitFamily } from './unit.ts';
import { hasWeightZero } from './weighted.ts';

const WEIGHT_ZERO = { false: '', true: '_zero' } as const;

/**
 * The units of a portable kernel with weights: with and without the weights' zero point, in each fixed-point
 * rounding (`fixed`), and in that of floats (`inFloat`); and the one of either that a node takes.
 */
export function portableUnits<M>(family: {
  readonly name: string;
  readonly template: string;
  readonly struct: Struct<M>;
  readonly parameters: string;
}) {
  const fixed = unitFamily({
    ...family,
    axes: { weightZero: WEIGHT_ZERO, rounding: ROUNDING_AXIS },
  });
  const inFloat = unitFamily({
    ...family,
    name: `${family.name}_float`,
    headers: ['nn_float_rounding.h'],
    view: { rounding: 'float' },
    axes: { weightZero: WEIGHT_ZERO },
  });
  const zeroOf = ({ inputs }: Pick<TypedNode, 'inputs'>) => hasWeightZero(inputs[1]!);
  return {
    fixed,
    inFloat,
    fixedOf: (node: TypedNode<{ readonly rounding: Rounding }>) =>
      fixed({ weightZero: zeroOf(node), rounding: node.attrs.rounding }),
    inFloatOf: (node: TypedNode) => inFloat({ weightZero: zeroOf(node) }),
  };
}
