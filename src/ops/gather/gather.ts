import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { Tensor, TensorType, TypedNode } from '../../ir/types.ts';
import { bytesPerElement, elements } from '../../ir/types.ts';
import { emptyValue, int32s } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { clamp } from '../../support/fixed-point.ts';
import { axis } from '../attributes.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp, Unsupported } from '../op.ts';
import { struct } from '../struct.ts';
import { resolveAxes } from '../tflite-constants.ts';
import { rejectUnlessCopy } from '../types.ts';
import { unitFamily } from '../unit.ts';

export interface GatherAttrs {
  readonly axis: number;
  /** Leading axes that values and indices have in common. */
  readonly batchDims: number;
}

type GatherNode = TypedNode<GatherAttrs>;

/**
 * values [batch, outer, count, run], indices [batch, …] -> output [batch, outer, …, run]. An index
 * beyond an end takes the entry there. Source: reference/gather.h.
 */
export const gather = defineOp<GatherAttrs>({
  name: 'gather',
  summary: 'Entries along an axis, by indices that may be computed',
  attributes: z.strictObject({ axis, batchDims: axis }),
  operands: 2,
  inferShapes({ axis, batchDims }, [values, indices]) {
    const [shape, places] = [values!.shape, indices!.shape];
    const common = shape.slice(0, batchDims);
    if (
      axis >= shape.length ||
      batchDims > axis ||
      common.join() !== places.slice(0, batchDims).join()
    )
      throw new Unsupported(
        `[${shape.join(',')}] has no entries along axis ${axis} for [${places.join(',')}]`,
      );
    return [[...shape.slice(0, axis), ...places.slice(batchDims), ...shape.slice(axis + 1)]];
  },
  reject: rejectGather,
  evaluate(node, [values, indices]) {
    const output = emptyValue(node.outputs[0]!);
    const { batches, outer, count, indices: each } = sizesOf(node);
    const run = runOf(node);
    const [from, to] = [values!.data as Int8Array, output.data as Int8Array];
    const places = int32s(indices);
    let at = 0;
    for (let batch = 0; batch < batches; batch++)
      for (let row = 0; row < outer; row++)
        for (let i = 0; i < each; i++) {
          const place = clamp(places[batch * each + i]!, 0, count - 1);
          const start = ((batch * outer + row) * count + place) * run;
          to.set(from.subarray(start, start + run), at);
          at += run;
        }
    return [output];
  },
  kernels: [gatherKernel()],
  quantize: 'same',
  tflite: {
    GATHER(operator) {
      const rank = operator.inputs[0]?.shape.length ?? 0;
      const [axis = 0] = resolveAxes([operator.options.int(0)], rank);
      const dims = operator.options.int(1);
      return { attrs: { axis, batchDims: dims < 0 ? dims + indicesRank(operator) : dims } };
    },
    // Lookups come first in the file.
    EMBEDDING_LOOKUP: () => ({ attrs: { axis: 0, batchDims: 0 }, keep: [1, 0] }),
  },
});

function indicesRank(operator: TfliteOperator): number {
  return operator.inputs[1]?.shape.length ?? 0;
}

/** Why indices cannot be followed; the values are copied. */
export function rejectGather(node: TypedNode): string | undefined {
  const [values, indices] = node.inputs as readonly Tensor[];
  if (indices!.dtype !== 'int32') return `its indices are ${indices!.dtype}, not int32`;
  return rejectUnlessCopy({ ...node, inputs: [values] });
}

function runOf({ attrs, inputs }: GatherNode): number {
  return product(inputs[0]!.shape.slice(attrs.axis + 1));
}

function sizesOf({ attrs, inputs }: GatherNode) {
  const [shape, places] = [inputs[0]!.shape, inputs[1]!.shape];
  return {
    batches: product(shape.slice(0, attrs.batchDims)),
    outer: product(shape.slice(attrs.batchDims, attrs.axis)),
    count: shape[attrs.axis]!,
    indices: product(places.slice(attrs.batchDims)),
  };
}

function gatherKernel(): Kernel<GatherAttrs> {
  const units = unitFamily({
    name: 'nn_gather',
    template: 'gather/gather',
    headers: ['nn_types.h'],
    struct: struct(
      'nn_gather_layer',
      'Entries of `run` bytes along the third axis of [batches, outer, count, run].',
      {
        batches: 'int32_t',
        outer: 'int32_t',
        count: 'int32_t',
        indices: 'int32_t',
        run: 'int32_t',
      },
    ),
    parameters: 'const void *values, const int32_t *indices, void *output',
  });
  return {
    name: 'gather_c',
    units: [units],
    reject: () => undefined,
    cost: (node) =>
      plainCost(runWork(node.outputs[0]!, elements(node.outputs[0]!) / runOf(node)), [units({})]),
    code(node) {
      const run = runOf(node) * bytesPerElement(node.outputs[0]!.dtype);
      return [call(units({}), { ...sizesOf(node), run }, { inputs: [0, 1] })];
    },
  };
}

/** What it takes to copy an output in so many runs. */
export function runWork(output: TensorType, runs: number) {
  return { runs, bytes: elements(output) * bytesPerElement(output.dtype) };
}
