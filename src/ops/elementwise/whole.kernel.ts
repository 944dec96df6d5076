import { elements } from '../../ir/types.ts';
import type { DType, TypedNode } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import type { Activation } from '../activation/clamp.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { loopFields, loopLines, NESTED_LOOPS } from './loops.ts';

/** Arithmetic on whole numbers as they are, and the same in C, of `x` and `y`. */
export interface Whole {
  /** On int32. */
  combine(a: number, b: number): number;
  readonly c: string;
  /** On int64, with the functions of nn_long.h. */
  readonly long?: { combine(a: bigint, b: bigint): bigint; readonly c: string };
}

/** The formula of a type of whole numbers; undefined for any other. */
export function combinationOfWhole(
  whole: Whole | undefined,
  dtype: DType,
): ((a: number, b: number) => number) | undefined {
  if (dtype === 'int32') return whole?.combine;
  return dtype === 'int64'
    ? (whole?.long?.combine as unknown as (a: number, b: number) => number)
    : undefined;
}

export function wholeKernels<Attrs extends { readonly activation: Activation }>(
  name: string,
  { c, long }: Whole,
): Kernel<Attrs>[] {
  return [wholeKernel<Attrs>(name, c), ...(long ? [longKernel<Attrs>(name, long.c)] : [])];
}

const BINARY_S32 = struct('nn_binary_s32', 'An elementwise operator of two int32 operands.', {
  loops: NESTED_LOOPS,
  low: 'int32_t',
  high: 'int32_t',
});

function wholeKernel<Attrs extends { readonly activation: Activation }>(
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

const BINARY_S64 = struct('nn_binary_s64', 'An elementwise operator of two int64 operands.', {
  loops: NESTED_LOOPS,
});

// Unclamped.
function longKernel<Attrs>(name: string, c: string): Kernel<Attrs> {
  const units = unitFamily({
    name: `nn_${name}_s64`,
    template: 'elementwise/combine',
    headers: ['nn_types.h', 'nn_elementwise.h', 'nn_long.h'],
    struct: BINARY_S64,
    parameters: 'const int64_t *a, const int64_t *b, int64_t *output',
    view: { held: 'nn_int64', out: 'nn_int64', expression: c, header: 'nn_long.h' },
  });
  return {
    name: `${name}_s64_c`,
    units: [units],
    reject: (node) => (node.outputs[0]!.dtype === 'int64' ? undefined : 'takes int64'),
    cost: (node) =>
      plainCost({ outputs: elements(node.outputs[0]!), lines: loopLines(node) }, [units({})]),
    code: (node) => [call(units({}), { loops: loopFields(node) }, { inputs: [0, 1] })],
    inPlace: [0, 1],
  };
}

/** Why arithmetic on whole numbers cannot take a node: it has no scales, and on int64 no clamp. */
export function rejectUnlessWhole(
  { attrs, inputs, outputs }: TypedNode<object>,
  whole?: Whole,
): string | undefined {
  const tensors = [...inputs, ...outputs].filter((tensor) => tensor !== undefined);
  const { dtype } = tensors[0]!;
  const other = tensors.find((tensor) => tensor.dtype !== dtype);
  if (other) return `it mixes ${dtype} and ${other.dtype}`;
  if (dtype === 'int64' && !whole?.long) return 'it works on int64';
  const clamps = 'activation' in attrs && attrs.activation !== 'none';
  if (dtype === 'int64' && clamps) return 'it clamps int64';
  const scaled = tensors.find(({ quant }) => quant);
  return scaled && `its ${dtype} tensor "${scaled.name}" is quantized`;
}
