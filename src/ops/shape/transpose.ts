import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { axis } from '../attributes.ts';
import { carried, mixedRanges } from '../channels.ts';
import { defineOp, Unsupported } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectUnlessCopy } from '../types.ts';
import { copyKernel, copyStrided, strides } from './strided.ts';

export interface TransposeAttrs {
  /** Axis i of the output is axis permutation[i] of the input. */
  readonly permutation: readonly number[];
}

export const transpose = defineOp<TransposeAttrs>({
  name: 'transpose',
  summary: 'Axes in another order',
  attributes: z.strictObject({ permutation: z.array(axis).max(6) }),
  inferShapes({ permutation }, [input]) {
    const { shape } = input!;
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new Unsupported(`[${permutation.join(',')}] is no order of ${shape.length} axes`);
    }
    return [permutation.map((axis) => shape[axis]!)];
  },
  reject: rejectUnlessCopy,
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    copyStrided(copyOf(node), input!, output);
    return [output];
  },
  kernels: [copyKernel('transpose_c', (node) => [{ copy: copyOf(node), input: 0 }])],
  quantize: 'same',
  channels: {
    ranges: (node, [input]) => [
      keepsChannels(node) ? input! : mixedRanges(node.outputs[0]!, [input!]),
    ],
    flow: (node) => (keepsChannels(node) ? carried(node) : undefined),
  },
  tflite: {
    TRANSPOSE(operator) {
      const rank = operator.inputs[0]?.shape.length ?? 0;
      const permutation = constantNumbersOf(operator, 1, 'permutation', rank);
      return {
        attrs: { permutation: permutation.map((axis) => (axis < 0 ? axis + rank : axis)) },
        keep: [0],
      };
    },
  },
});

function keepsChannels({ attrs: { permutation } }: TypedNode<TransposeAttrs>): boolean {
  return permutation.at(-1) === permutation.length - 1;
}

function copyOf({ attrs, inputs, outputs }: TypedNode<TransposeAttrs>) {
  const from = strides(inputs[0]!.shape);
  const { shape } = outputs[0]!;
  return {
    sizes: shape,
    from: { offset: 0, steps: attrs.permutation.map((axis) => from[axis]!) },
    to: { offset: 0, steps: strides(shape) },
  };
}
