import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { Tensor, Value } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { emptyValue, int32s } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { MadeConstant } from '../op.ts';
import { MAX_LOOPS } from '../shape/strided.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectUnlessCopy } from '../types.ts';
import { placesOf, runOf } from './entries.ts';
import { FOLDED, scatterKernels } from './scatter-nd.kernels.ts';
import type { Reduction, ScatterNode, ScatterNdAttrs } from './scatter-nd.kernels.ts';

const REDUCTIONS = ['none', 'add', 'mul', 'max', 'min'] as const;

/** Zeros that a file may ask to scatter over: they are a constant of the model. */
const MOST_ZEROS = 2 ** 22;

/**
 * values [sizes of k axes, run], indices [n, k], updates [n, run] -> the values, with each update in the
 * place that its indices name, or combined with what is there, in order. What lies beyond an end is
 * left out. Sources: onnx/defs/tensor, ScatterND; reference/scatter_nd (TFLite adds to zeros).
 */
export const scatterNd = defineOp<ScatterNdAttrs>({
  name: 'scatter_nd',
  summary: 'Entries put in the places that indices name, or combined with what is there',
  attributes: z.strictObject({ reduction: z.enum(REDUCTIONS) }),
  operands: 3,
  inferShapes(_, [values, indices, updates]) {
    const { shape } = values!;
    const depth = indices!.shape.at(-1);
    if (depth === undefined || depth < 1 || depth > Math.min(shape.length, MAX_LOOPS))
      throw new Unsupported(`its indices name ${depth} axes of ${shape.length}`);
    const wanted = [...indices!.shape.slice(0, -1), ...shape.slice(depth)];
    if (product(wanted) !== elements(updates!))
      throw new Unsupported(
        `its updates are [${updates!.shape.join(',')}], not [${wanted.join(',')}]`,
      );
    return [shape];
  },
  reject(node) {
    const [values, indices, updates] = node.inputs as readonly Tensor[];
    if (indices!.dtype !== 'int32') return `its indices are ${indices!.dtype}, not int32`;
    const folds = node.attrs.reduction !== 'none';
    if (folds && !FOLDED.includes(values!.dtype))
      return `it combines ${values!.dtype}; ${FOLDED.join(' and ')} are supported`;
    if (folds && values!.quant) return `its tensor "${values!.name}" is quantized`;
    return rejectUnlessCopy({ ...node, inputs: [values, updates] });
  },
  evaluate: (node, inputs) => [evaluate(node, inputs)],
  kernels: scatterKernels,
  quantize: 'keep-float',
  tflite: {
    SCATTER_ND: (operator) => ({ attrs: { reduction: 'add' }, keep: [zerosOf(operator), 0, 1] }),
  },
});

function evaluate(node: ScatterNode, inputs: readonly (Value | undefined)[]): Value {
  const output = emptyValue(node.outputs[0]!);
  const [values, , updates] = inputs.map((value) => value!.data as Float32Array);
  const out = output.data as Float32Array;
  out.set(values!);
  const places = int32s(inputs[1]);
  const { count, depth, sizes, steps } = placesOf(node);
  const run = runOf(node);
  const combine = combinationOf(node);
  for (let i = 0; i < count; i++) {
    const at = Array.from(places.subarray(i * depth, (i + 1) * depth));
    if (at.some((place, k) => place < 0 || place >= sizes[k]!)) continue;
    const start = at.reduce((sum, place, k) => sum + place * steps[k]!, 0);
    for (let j = 0; j < run; j++) out[start + j] = combine(out[start + j]!, updates![i * run + j]!);
  }
  return output;
}

function combinationOf({ attrs, outputs }: ScatterNode): (old: number, next: number) => number {
  const float = outputs[0]!.dtype === 'float32';
  const combinations: Readonly<Record<Reduction, (old: number, next: number) => number>> = {
    none: (_, next) => next,
    add: float ? (x, y) => Math.fround(x + y) : (x, y) => (x + y) | 0,
    mul: float ? (x, y) => Math.fround(x * y) : Math.imul,
    max: (x, y) => (y > x ? y : x),
    min: (x, y) => (y < x ? y : x),
  };
  return combinations[attrs.reduction];
}

function zerosOf(operator: TfliteOperator): MadeConstant {
  const shape = constantNumbersOf(operator, 2, 'shape');
  const { dtype } = operator.inputs[1] ?? { dtype: 'float32' };
  if (dtype !== 'float32' && dtype !== 'int32') throw new Unsupported(`it works on ${dtype}`);
  const count = product(shape);
  if (!(count <= MOST_ZEROS)) throw new Unsupported(`it scatters over ${count} zeros`);
  return { name: 'zeros', type: { dtype, shape }, data: new Uint8Array(4 * count) };
}
