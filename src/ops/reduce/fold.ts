import { z } from 'zod';
import type { DType, TypedNode, Value } from '../../ir/types.ts';
import { elements, storedRange } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { cElement } from '../c-element.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp } from '../op.ts';
import type { Op } from '../op.ts';
import { carriesOf } from '../shape/strided.ts';
import { struct } from '../struct.ts';
import { rejectUnlessCopy } from '../types.ts';
import { unitFamily } from '../unit.ts';
import {
  readReduce,
  REDUCE_LOOPS,
  reduceAttributes,
  reducedShape,
  reduceFields,
  targets,
} from './axes.ts';
import type { ReduceAttrs } from './axes.ts';

const FOLD = struct(
  'nn_fold',
  'A reduction over the axes whose step in the output is 0.',
  REDUCE_LOOPS,
);

/** What makes one reduction, by an operation on stored values as they are, different from the others. */
interface Fold {
  readonly name: string;
  readonly summary: string;
  readonly tflite: string;
  readonly types: readonly DType[];
  /** Of what came before and the next element; the same in C, of `x` and `y`. */
  combine(before: number, next: number): number;
  readonly c: string;
  /** What a reduction begins with, and the same in C. */
  first(dtype: DType): number;
  readonly cFirst: (dtype: DType) => string;
}

const ORDERED: readonly DType[] = ['float32', 'int8', 'int16', 'int32'];
const LIMITS: Partial<Record<DType, string>> = { int8: 'INT8', int16: 'INT16', int32: 'INT32' };

/** The infinity, or the end of a type's range, on one side. */
function limit(dtype: DType, side: 'MIN' | 'MAX'): string {
  if (dtype === 'float32') return `${side === 'MIN' ? '-' : ''}__builtin_inff()`;
  return `${LIMITS[dtype]!}_${side}`;
}

/** Reductions of values that stay what they are. Source: reference/reduce.h, ReduceGeneric. */
const FOLDS: readonly Fold[] = [
  {
    ...{ name: 'reduce_max', summary: 'The largest value over any axes', types: ORDERED },
    tflite: 'REDUCE_MAX',
    combine: (x, y) => (y > x ? y : x),
    c: 'y > x ? y : x',
    first: (dtype) => storedRange(dtype)[0],
    cFirst: (dtype) => limit(dtype, 'MIN'),
  },
  {
    ...{ name: 'reduce_min', summary: 'The smallest value over any axes', types: ORDERED },
    tflite: 'REDUCE_MIN',
    combine: (x, y) => (y < x ? y : x),
    c: 'y < x ? y : x',
    first: (dtype) => storedRange(dtype)[1],
    cFirst: (dtype) => limit(dtype, 'MAX'),
  },
  {
    ...{ name: 'reduce_prod', summary: 'The product over any axes', types: ['float32'] },
    tflite: 'REDUCE_PROD',
    combine: (x, y) => Math.fround(x * y),
    c: 'x * y',
    first: () => 1,
    cFirst: () => '1.0f',
  },
  {
    ...{ name: 'reduce_any', summary: 'Whether any is true over some axes', types: ['bool'] },
    tflite: 'REDUCE_ANY',
    combine: (x, y) => Number(x !== 0 || y !== 0),
    c: 'x != 0 || y != 0',
    first: () => 0,
    cFirst: () => '0',
  },
  {
    ...{ name: 'reduce_all', summary: 'Whether all are true over some axes', types: ['bool'] },
    tflite: 'REDUCE_ALL',
    combine: (x, y) => Number(x !== 0 && y !== 0),
    c: 'x != 0 && y != 0',
    first: () => 1,
    cFirst: () => '1',
  },
];

export const folds: readonly Op<ReduceAttrs>[] = FOLDS.map((fold) =>
  defineOp<ReduceAttrs>({
    name: fold.name,
    summary: fold.summary,
    attributes: z.strictObject(reduceAttributes),
    inferShapes: (attrs, [input]) => [reducedShape(attrs, input!)],
    reject(node) {
      const { dtype } = node.inputs[0]!;
      const known = fold.types.includes(dtype);
      return known
        ? rejectUnlessCopy(node)
        : `it works on ${dtype}, not on ${fold.types.join(', ')}`;
    },
    evaluate: (node, [input]) => [evaluate(fold, node, input!)],
    kernels: [kernelOf(fold)],
    quantize: fold.types.includes('int8') ? 'same' : 'keep-float',
    tflite: {
      [fold.tflite]: (operator: TfliteOperator) => ({ attrs: readReduce(operator), keep: [0] }),
    },
  }),
);

function evaluate(fold: Fold, node: TypedNode<ReduceAttrs>, input: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [from, out] = [input.data as Int32Array, output.data as Int32Array];
  out.fill(fold.first(input.type.dtype));
  let i = 0;
  for (const to of targets(input.type, node.attrs.axes))
    out[to] = fold.combine(out[to]!, from[i++]!);
  return output;
}

function kernelOf({ name, types, c, cFirst }: Fold): Kernel<ReduceAttrs> {
  const families = new Map(
    types.map((dtype) => {
      const { suffix, ctype, held } = cElement(dtype);
      const units = unitFamily({
        name: `nn_${name}_${suffix}`,
        template: 'reduce/fold',
        headers: ['nn_types.h'],
        struct: FOLD,
        parameters: `const ${ctype} *input, ${ctype} *output`,
        view: { held, expression: c, first: cFirst(dtype) },
      });
      return [dtype, units];
    }),
  );
  const unitOf = (node: TypedNode) => families.get(node.inputs[0]!.dtype)!({});
  return {
    name: 'fold_c',
    units: [...families.values()],
    reject: () => undefined,
    cost: (node) => plainCost(workOf(node), [unitOf(node)]),
    code: (node) => [
      call(unitOf(node), reduceFields(node.inputs[0]!, node.attrs.axes, node.outputs[0]!)),
    ],
  };
}

function workOf({ inputs, outputs }: TypedNode) {
  const count = elements(inputs[0]!);
  const floats = inputs[0]!.dtype === 'float32' ? count : 0;
  return {
    outputs: elements(outputs[0]!),
    ...{ floats, integers: count - floats },
    carries: carriesOf(inputs[0]!.shape),
  };
}
