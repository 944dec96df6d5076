import type { DType, TensorType, TypedNode, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { noAttributes } from '../attributes.ts';
import { carried, wholeRanges } from '../channels.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp } from '../op.ts';
import type { Op } from '../op.ts';
import { struct } from '../struct.ts';
import { cElement } from '../c-element.ts';
import { rejectUnlessCopy, rejectUnlessUniform } from '../types.ts';
import { unitFamily } from '../unit.ts';
import { broadcastLoops, broadcastShape, forEachBroadcast, padLoops } from './broadcast.ts';
import { loopFields, loopLines, LOOPS, NESTED_LOOPS } from './loops.ts';

const COMBINE = struct('nn_combine', 'An elementwise operator of two operands.', {
  loops: NESTED_LOOPS,
});

type Combination = (a: number, b: number) => number | boolean;

/** What makes one operator of two operands, on stored values as they are, different from the others. */
export interface Combine {
  readonly name: string;
  readonly summary: string;
  readonly tflite: Op<object>['tflite'] & object;
  /** The element types that both operands have. */
  readonly types: readonly DType[];
  /** Truth values come out, not the operands' type. */
  readonly truth?: boolean;
  /** On floats; C's expression is of `x` and `y`. */
  readonly float?: { readonly combine: Combination; readonly c: string };
  /** On whole numbers, BigInts of 64 bits too. */
  readonly integer?: { readonly combine: Combination; readonly c: string };
  /** On int64, where that is not as on other whole numbers. */
  readonly long?: { combine(a: bigint, b: bigint): bigint; readonly c: string };
  /** Runtime headers of the expressions. */
  readonly headers?: Readonly<Record<'float' | 'integer', readonly string[]>> & {
    readonly long?: readonly string[];
  };
  /** Kernels of operators that cost the same have one name: '<cost>_int_c', '<cost>_f32_c'. */
  readonly cost: string;
  /** int8 operands that differ in quantization. */
  readonly quantized?: {
    combine(node: TypedNode): Combination;
    readonly kernel: Kernel<object>;
  };
}

/** An operator that combines two tensors, which broadcast, element by element. */
export function defineCombine(combine: Combine): Op<object> {
  return defineOp<object>({
    name: combine.name,
    summary: combine.summary,
    attributes: noAttributes,
    operands: 2,
    anyRank: true,
    inferShapes: (_, inputs) => [shapeOf(inputs)],
    reject: (node) => reject(combine, node),
    evaluate: (node, inputs) => [evaluate(combine, node, inputs)],
    kernels: [
      ...(combine.quantized ? [combine.quantized.kernel] : []),
      ...(['integer', 'float'] as const).flatMap((kind) =>
        combine[kind] ? [kernelOf(combine, kind, combine[kind].c)] : [],
      ),
    ],
    quantize: combine.truth ? 'keep-float' : 'same',
    channels: { ranges: (node) => [wholeRanges(node.outputs[0]!)], flow: carried },
    tflite: combine.tflite,
  });
}

// Whether stored values are compared by what they stand for.
function isQuantized({ dtype, quant }: TensorType): boolean {
  return quant !== undefined && dtype === 'int8';
}

function shapeOf(inputs: readonly (TensorType | undefined)[]): number[] {
  const shapes = inputs.map((input) => input?.shape ?? []);
  const shape = broadcastShape(shapes);
  padLoops(broadcastLoops(shape, shapes), LOOPS);
  return shape;
}

function reject({ types, truth, quantized }: Combine, node: TypedNode): string | undefined {
  const [a, b] = node.inputs.map((input) => input!);
  const output = node.outputs[0]!;
  if (!types.includes(a!.dtype))
    return `it works on ${a!.dtype}; ${types.join(', ')} are supported`;
  if (a!.dtype !== b!.dtype) return `it mixes ${a!.dtype} and ${b!.dtype}`;
  if (!truth) return rejectUnlessCopy(node);
  if (output.dtype !== 'bool') return `its output is ${output.dtype}, not bool`;
  if (quantized && isQuantized(a!)) return rejectUnlessUniform({ ...node, outputs: [] });
  return rejectUnlessCopy({ ...node, outputs: [] });
}

function evaluate(
  combine: Combine,
  node: TypedNode,
  inputs: readonly (Value | undefined)[],
): Value {
  const [a, b] = inputs.map((value) => value!.data as Int32Array);
  const output = emptyValue(node.outputs[0]!);
  const out = output.data as Int32Array;
  const of = combinationOf(combine, node);
  const wide = output.data instanceof BigInt64Array;
  const loops = broadcastLoops(
    output.type.shape,
    node.inputs.map((input) => input!.shape),
  );
  forEachBroadcast(loops, ([i = 0, j = 0], to) => {
    const result = of(a![i]!, b![j]!);
    out[to] = wide ? (result as number) : Number(result);
  });
  return output;
}

function combinationOf({ float, integer, long, quantized }: Combine, node: TypedNode): Combination {
  const input = node.inputs[0]!;
  if (long && input.dtype === 'int64') return long.combine as unknown as Combination;
  if (quantized && isQuantized(input)) return quantized.combine(node);
  return (input.dtype === 'float32' ? float : integer)!.combine;
}

function kernelOf(combine: Combine, kind: 'integer' | 'float', c: string): Kernel<object> {
  const { name, cost, truth, types, long, quantized } = combine;
  const dtypes = types.filter((dtype) => (dtype === 'float32') === (kind === 'float'));
  const families = new Map(
    dtypes.map((dtype) => {
      const { suffix, ctype, held } = cElement(dtype);
      const out = truth ? cElement('bool') : { ctype, held };
      const own =
        long && dtype === 'int64'
          ? { headers: combine.headers?.long, c: long.c }
          : { headers: combine.headers?.[kind], c };
      const headers = own.headers ?? [];
      const units = unitFamily({
        name: `nn_${name}_${suffix}`,
        template: 'elementwise/combine',
        headers: ['nn_types.h', 'nn_elementwise.h', ...headers],
        struct: COMBINE,
        parameters: `const ${ctype} *a, const ${ctype} *b, ${out.ctype} *output`,
        view: { held, out: out.held, expression: own.c, header: headers.at(-1) ?? '' },
      });
      return [dtype, units];
    }),
  );
  const unitOf = (node: TypedNode) => families.get(node.inputs[0]!.dtype)!({});
  const takes = kind === 'float' ? 'takes float32' : 'takes whole numbers';
  return {
    name: `${cost}_${kind === 'float' ? 'f32' : 'int'}_c`,
    units: [...families.values()],
    reject(node) {
      const input = node.inputs[0]!;
      const other = quantized && isQuantized(input);
      return families.has(input.dtype) && !other ? undefined : takes;
    },
    cost: (node) => plainCost(workOf(node, kind), [unitOf(node)]),
    code: (node) => [call(unitOf(node), { loops: loopFields(node) }, { inputs: [0, 1] })],
    ...(!truth && { inPlace: [0, 1] }),
  };
}

function workOf(node: TypedNode, kind: 'integer' | 'float'): Record<string, number> {
  const count = elements(node.outputs[0]!);
  const wide = node.inputs[0]!.dtype === 'int64' ? count : 0;
  return { outputs: count, lines: loopLines(node), ...(kind === 'integer' && { wide }) };
}
