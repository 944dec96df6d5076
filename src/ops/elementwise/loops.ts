import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import type { Rounding } from '../../support/fixed-point.ts';
import { struct } from '../struct.ts';
import type { FieldsOf } from '../struct.ts';
import { broadcastLoops, padLoops } from './broadcast.ts';

/** Loops that the kernels of two operands have. */
export const LOOPS = 4;

export const NESTED_LOOPS = struct(
  'nn_loops',
  "Nested loops, and the operands' steps along each; 0 repeats the operand.",
  {
    sizes: ['int32_t', LOOPS],
    step_a: ['int32_t', LOOPS],
    step_b: ['int32_t', LOOPS],
  },
);

/** What kernels of two operands take: outputs, those rounded once, and their innermost loops. */
export function loopWork(node: TypedNode<{ readonly rounding: Rounding }>) {
  const count = elements(node.outputs[0]!);
  const single = node.attrs.rounding === 'single' ? count : 0;
  return { outputs: count, lines: loopLines(node), single };
}

/** How often the innermost loop over two operands begins. */
export function loopLines({ inputs, outputs }: TypedNode): number {
  const { sizes } = broadcastLoops(
    outputs[0]!.shape,
    inputs.map((input) => input!.shape),
  );
  return product(sizes.slice(0, -1));
}

/** The members of nn_loops. */
export function loopFields({
  inputs,
  outputs,
}: TypedNode): FieldsOf<(typeof NESTED_LOOPS)['members']> {
  const shapes = inputs.map((input) => input!.shape);
  const { sizes, steps } = padLoops(broadcastLoops(outputs[0]!.shape, shapes), LOOPS);
  return { sizes, step_a: steps[0]!, step_b: steps[1]! };
}
