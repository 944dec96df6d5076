import type { TypedNode } from '../ir/types.ts';
import type { AnyRounding, Multiplier, Rounding } from '../support/fixed-point.ts';
import type { Activation } from './activation/clamp.ts';
import { ROUNDING_AXIS } from './requantize.ts';
import type { Struct } from './struct.ts';
import { unitFamily } from './unit.ts';
import type { Axes, Choice } from './unit.ts';
import { DSP_AXES, dspVariant, hasWeightZero } from './weighted.ts';

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

/**
 * The units of a kernel of blocks for every core (nn_blocks.h), of further axes where it has some: in each
 * fixed-point rounding (`fixed`), and in that of floats (`inFloat`); and the one of either that a node takes.
 */
export function blockUnits<M, const A extends Axes>(
  family: {
    readonly name: string;
    readonly template: string;
    readonly struct: Struct<M>;
    readonly parameters: string;
  },
  axes: A,
) {
  const headers = ['nn_blocks.h', 'nn_dsp.h'];
  const fixed = unitFamily({ ...family, headers, axes: { ...axes, ...DSP_AXES } });
  const inFloat = unitFamily({
    ...family,
    name: `${family.name}_float`,
    headers: [...headers, 'nn_float_blocks.h', 'nn_float_rounding.h'],
    view: { rounding: 'float', shifts: 'any' },
    axes: { ...axes, clamps: DSP_AXES.clamps },
  });
  const of = (node: RoundedNode, multipliers: readonly Multiplier[], choice: Choice<A>) => {
    const { rounding, clamps, shifts } = dspVariant(node, multipliers);
    return rounding === 'float'
      ? inFloat({ ...choice, clamps })
      : fixed({ ...choice, rounding, clamps, shifts });
  };
  return { fixed, inFloat, of };
}

type RoundedNode = TypedNode<{ readonly activation: Activation; readonly rounding: AnyRounding }>;
