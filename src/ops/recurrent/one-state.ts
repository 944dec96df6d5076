import type { TensorType, TypedNode } from '../../ir/types.ts';
import { expectElements, outputShape, sizesOf } from './gates.ts';
import type { Sequence, Sizes } from './gates.ts';

/** Places of the inputs of a recurrent layer with one state. */
export const ONE_STATE_INPUTS = {
  ...{ x: 0, weights: 1, recurrent: 2, bias: 3, hidden: 4, lengths: 5 },
} as const;

const AT = ONE_STATE_INPUTS;
type Types = readonly (TensorType | undefined)[];

/** The sizes of a layer with so many gates. Throws Unsupported where its inputs do not fit together. */
export function oneStateSizes(attrs: Sequence, gates: number, inputs: Types): Sizes {
  const operands = [AT.x, AT.weights, AT.recurrent, AT.hidden].map((at) => inputs[at]);
  return sizesOf(attrs, gates, operands);
}

/** The shapes of the output for every step and of the next state; `biases`: how many for each unit. */
export function oneStateShapes(
  attrs: Sequence,
  { gates, biases }: { readonly gates: number; readonly biases: number },
  inputs: Types,
): (readonly number[])[] {
  const sizes = oneStateSizes(attrs, gates, inputs);
  expectElements('bias', inputs[AT.bias]!, biases * sizes.units);
  const lengths = inputs[AT.lengths];
  if (lengths) expectElements('list of lengths', lengths, sizes.batches);
  return [outputShape(attrs, sizes), inputs[AT.hidden]!.shape];
}

export function oneStateMacs({ attrs, inputs: types }: TypedNode<Sequence>, gates: number): number {
  const { steps, batches, inputs, units } = oneStateSizes(attrs, gates, types);
  return steps * batches * gates * units * (inputs + units);
}
