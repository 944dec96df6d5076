import type { Tensor, TypedNode } from '../../ir/types.ts';
import { bytesPerElement, elements } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { product } from '../../support/bytes.ts';
import { noAttributes } from '../attributes.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { Op } from '../op.ts';
import { struct } from '../struct.ts';
import { rejectUnlessCopy } from '../types.ts';
import { unitFamily } from '../unit.ts';
import { broadcastLoops, broadcastShape, forEachBroadcast, padLoops } from './broadcast.ts';
import { LOOPS } from './loops.ts';

/** Values of the second operand where the first is true, else of the third. Source: reference/select.h. */
export const select: Op<object> = defineOp<object>({
  name: 'select',
  summary: 'One of two values, by a truth value',
  attributes: noAttributes,
  operands: 3,
  anyRank: true,
  inferShapes(_, inputs) {
    const shapes = inputs.map((input) => input!.shape);
    const shape = broadcastShape(shapes);
    padLoops(broadcastLoops(shape, shapes), LOOPS);
    return [shape];
  },
  reject(node) {
    const [condition, ...values] = node.inputs as readonly Tensor[];
    if (condition!.dtype !== 'bool') return `its condition is ${condition!.dtype}, not bool`;
    return rejectUnlessCopy({ ...node, inputs: values });
  },
  evaluate(node, [condition, x, y]) {
    const output = emptyValue(node.outputs[0]!);
    const [by, a, b, out] = [condition, x, y, output].map((value) => value!.data as Int8Array);
    forEachBroadcast(loopsOf(node), ([c = 0, i = 0, j = 0], to) => {
      out![to] = by![c] === 0 ? b![j]! : a![i]!;
    });
    return [output];
  },
  kernels: [selectKernel()],
  quantize: 'same',
  tflite: {
    SELECT_V2: () => ({ attrs: {} }),
    SELECT({ inputs: [condition, value] }) {
      // A condition for each entry along the first axis is aligned at the front.
      const same = condition?.shape.join() === value?.shape.join();
      if (!same && condition?.shape.length !== 0)
        throw new Unsupported(
          `its condition [${condition?.shape.join(',')}] is not of its values' shape`,
        );
      return { attrs: {} };
    },
  },
});

function loopsOf({ inputs, outputs }: TypedNode) {
  return broadcastLoops(
    outputs[0]!.shape,
    inputs.map((input) => input!.shape),
  );
}

function selectKernel(): Kernel<object> {
  const units = unitFamily({
    name: 'nn_select',
    template: 'elementwise/select',
    headers: ['nn_types.h'],
    struct: struct(
      'nn_select_layer',
      "Nested loops, and the operands' steps along each; 0 repeats the operand.",
      {
        sizes: ['int32_t', LOOPS],
        step_c: ['int32_t', LOOPS],
        step_a: ['int32_t', LOOPS],
        step_b: ['int32_t', LOOPS],
      },
    ),
    parameters: 'const uint8_t *condition, const void *a, const void *b, void *output',
    axes: { width: { 1: '_8', 2: '_16', 4: '_32', 8: '_64' } },
  });
  const unitOf = ({ outputs }: TypedNode) =>
    units({ width: bytesPerElement(outputs[0]!.dtype) as 1 | 2 | 4 | 8 });
  return {
    name: 'select_c',
    units: [units],
    reject: () => undefined,
    cost(node) {
      const { sizes } = loopsOf(node);
      const wide = bytesPerElement(node.outputs[0]!.dtype) === 8 ? elements(node.outputs[0]!) : 0;
      const work = {
        outputs: elements(node.outputs[0]!),
        lines: product(sizes.slice(0, -1)),
        wide,
      };
      return plainCost(work, [unitOf(node)]);
    },
    code(node) {
      const { sizes, steps } = padLoops(loopsOf(node), LOOPS);
      const fields = { sizes, step_c: steps[0]!, step_a: steps[1]!, step_b: steps[2]! };
      return [call(unitOf(node), fields, { inputs: [0, 1, 2] })];
    },
  };
}
