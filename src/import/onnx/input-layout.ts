import type { GraphBuilder } from '../../ir/graph.ts';
import { typedNode } from '../../ir/graph.ts';
import type { TensorId } from '../../ir/types.ts';
import { axisCopies } from '../../ops/axis-copies.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { shorten } from '../../support/identifiers.ts';
import type { ImportOptions } from '../open-shapes.ts';
import type { ModelInput } from './model-inputs.ts';

/** The axes [n, c, y, x] of a picture in the order in which kernels and cameras have them. */
const NHWC = [0, 2, 3, 1];

type LayoutOptions = Pick<ImportOptions, 'inputLayout' | 'states'>;

/**
 * In which order the tensor of each input holds its axes: the file's, or with --input-layout nhwc
 * [n, y, x, c] for inputs of four axes. States keep the file's order, which their outputs have.
 * Throws CompileError where the option would change nothing.
 */
export function inputOrders(
  inputs: readonly ModelInput[],
  file: string,
  { inputLayout, states = [] }: LayoutOptions,
): ReadonlyMap<string, readonly number[]> {
  const moved = inputs.filter(
    (input) => inputLayout === 'nhwc' && input.shape.length === 4 && !isState(input, states),
  );
  if (inputLayout !== 'nhwc' || moved.length > 0)
    return new Map(moved.map(({ name }) => [name, NHWC]));
  const shapes = inputs.map(({ name, shape }) => `"${shorten(name)}" [${shape.join(',')}]`);
  throw new CompileError({
    code: 'bad-option',
    message: '--input-layout nhwc: the model has no input of four axes that is no state',
    where: file,
    notes: [`its inputs: ${shapes.join(', ')}`],
    hint: 'leave the option out',
  });
}

/** A sentence for each input that is copied only for the order of its axes, which --input-layout nhwc spares. */
export function copiedInputs(
  builder: GraphBuilder,
  inputs: readonly TensorId[],
  { inputLayout, states = [] }: LayoutOptions,
): string[] {
  if (inputLayout === 'nhwc') return [];
  const nodes = builder.nodes.map((node) => typedNode(builder, node));
  return axisCopies(nodes, inputs)
    .filter(({ permutation }) => permutation.join() === NHWC.join())
    .flatMap(({ input }) => {
      if (input?.shape.length !== 4 || isState(input, states)) return [];
      const shown = NHWC.map((axis) => input.shape[axis]).join(',');
      return `the input "${shorten(input.name)}" [${input.shape.join(',')}] is copied into the kernels' order of axes; --input-layout nhwc takes it as [${shown}], without the copy`;
    });
}

function isState(
  { name }: { readonly name: string },
  states: NonNullable<ImportOptions['states']>,
): boolean {
  return states.some(([input]) => input === name);
}
