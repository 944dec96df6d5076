import { bytesPerElement } from '../../ir/types.ts';
import { emptyValue, int32s } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { noAttributes } from '../attributes.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp, Unsupported } from '../op.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { ENTRIES, entriesFields, placesOf, runOf } from './entries.ts';
import { rejectGather, runWork } from './gather.ts';

/**
 * values [sizes of k axes, run], indices [n, k] -> output [n, run]. An index beyond an end takes the
 * entry there. Source: reference/gather.h, GatherNd.
 */
export const gatherNd = defineOp<object>({
  name: 'gather_nd',
  summary: 'Entries along several axes at once, by indices that may be computed',
  attributes: noAttributes,
  operands: 2,
  inferShapes(_, [values, indices]) {
    const depth = indices!.shape.at(-1);
    if (depth === undefined || depth < 1 || depth > values!.shape.length)
      throw new Unsupported(`its indices name ${depth} axes of ${values!.shape.length}`);
    return [[...indices!.shape.slice(0, -1), ...values!.shape.slice(depth)]];
  },
  reject: rejectGather,
  evaluate(node, [values, indices]) {
    const output = emptyValue(node.outputs[0]!);
    const [from, to] = [values!.data as Int8Array, output.data as Int8Array];
    const { count, depth, sizes, steps } = placesOf(node);
    const run = runOf(node);
    const places = int32s(indices);
    for (let i = 0; i < count; i++) {
      let start = 0;
      for (let k = 0; k < depth; k++)
        start += clamp(places[i * depth + k]!, 0, sizes[k]! - 1) * steps[k]!;
      to.set(from.subarray(start, start + run), i * run);
    }
    return [output];
  },
  kernels: [gatherNdKernel()],
  quantize: 'same',
  tflite: { GATHER_ND: () => ({ attrs: {} }) },
});

function gatherNdKernel(): Kernel<object> {
  const units = unitFamily({
    name: 'nn_gather_nd',
    template: 'gather/gather-nd',
    headers: ['nn_types.h'],
    struct: struct(
      'nn_gather_nd_layer',
      'Entries of `run` bytes, each named by `depth` indices; steps in bytes.',
      ENTRIES,
    ),
    parameters: 'const void *values, const int32_t *indices, void *output',
  });
  return {
    name: 'gather_nd_c',
    units: [units],
    reject: () => undefined,
    cost(node) {
      const { count, depth } = placesOf(node);
      const work = { ...runWork(node.outputs[0]!, count), indices: count * depth };
      return plainCost(work, [units({})]);
    },
    code(node) {
      const width = bytesPerElement(node.outputs[0]!.dtype);
      return [call(units({}), entriesFields(node, width), { inputs: [0, 1] })];
    },
  };
}
