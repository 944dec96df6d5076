import type { Tensor } from '../../ir/types.ts';
import { constantValue, int32s } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import type { FieldsOf } from '../struct.ts';
import { struct } from '../struct.ts';
import { GATE_FUNCTIONS, SEQUENCE_MEMBERS, stepsApart } from './gates.ts';
import type { GateFunction, GateFunctionName, Sequence, Sizes } from './gates.ts';

/** What the float kernels of recurrent layers have in common. */
export const SEQUENCE_F32 = struct(
  'nn_sequence_f32',
  'Steps and batches, how far they lie apart, and the functions of up to three gates.',
  {
    ...SEQUENCE_MEMBERS,
    reverse: 'int32_t',
    clip: 'float',
    function: ['int32_t', 3],
    alpha: ['float', 3],
    beta: ['float', 3],
  },
);

export function sequenceFields(
  sequence: Sequence,
  sizes: Sizes,
  functions: readonly GateFunction[],
): FieldsOf<(typeof SEQUENCE_F32)['members']> {
  const all = [...functions, functions[0]!, functions[0]!].slice(0, 3);
  return {
    ...sizes,
    ...stepsApart(sequence, sizes),
    reverse: sequence.reverse ? 1 : 0,
    clip: sequence.clip,
    function: all.map(({ name }) => GATE_FUNCTIONS.indexOf(name)),
    alpha: all.map(({ alpha }) => alpha),
    beta: all.map(({ beta }) => beta),
  };
}

/** Functions that take an exponential: the others are a few operations. */
const CURVES: readonly GateFunctionName[] = [
  ...(['sigmoid', 'tanh', 'scaled_tanh', 'elu', 'softplus'] as const),
];

/** What the cycles of a float layer grow with; `functions` are those of each cell in a step. */
export function floatWork(
  { steps, batches, inputs, units }: Sizes,
  gates: number,
  functions: readonly GateFunction[],
  lengths?: Tensor,
) {
  const all = lengths?.data ? validSteps(lengths, steps) : steps * batches;
  const cells = all * units;
  const curves = functions.filter(({ name }) => CURVES.includes(name)).length;
  return { macs: gates * cells * (inputs + units), cells, steps: all, curves: curves * cells };
}

function validSteps(lengths: Tensor, steps: number): number {
  return int32s(constantValue(lengths)).reduce((sum, n) => sum + clamp(n, 0, steps), 0);
}
