import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { axis } from '../attributes.ts';
import { defineOp, Unsupported } from '../op.ts';
import { constantNumbersOf, resolveAxes } from '../tflite-constants.ts';
import { rejectUnlessSameDtype } from '../types.ts';
import { copyKernel, copyStrided, strides } from './strided.ts';

export interface SplitAttrs {
  readonly axis: number;
  readonly parts: number;
}

export const split = defineOp<SplitAttrs>({
  name: 'split',
  summary: 'A tensor cut into equal parts along an axis',
  attributes: z.strictObject({ axis, parts: z.int().min(1).max(4096) }),
  inferShapes({ axis, parts }, [input]) {
    const { shape } = input!;
    if (parts < 1 || shape[axis]! % parts !== 0) {
      throw new Unsupported(
        `[${shape.join(',')}] does not divide into ${parts} parts along axis ${axis}`,
      );
    }
    const part = shape.map((size, i) => (i === axis ? size / parts : size));
    return Array.from({ length: parts }, () => part);
  },
  reject: rejectUnlessSameDtype,
  evaluate(node, inputs) {
    const outputs = node.outputs.map(emptyValue);
    for (const { copy, output } of copies(node)) copyStrided(copy, inputs[0]!, outputs[output]!);
    return outputs;
  },
  kernels: [copyKernel('split_c', copies)],
  quantize: 'same',
  tflite: {
    SPLIT(operator) {
      const rank = operator.inputs[1]?.shape.length ?? 0;
      const [axis = 0] = resolveAxes(constantNumbersOf(operator, 0, 'axis'), rank);
      return { attrs: { axis, parts: operator.outputs.length }, keep: [1] };
    },
  },
});

function copies(node: TypedNode<SplitAttrs>) {
  const from = strides(node.inputs[0]!.shape);
  const { axis } = node.attrs;
  return node.outputs.map(({ shape }, output) => ({
    copy: {
      sizes: shape,
      from: { offset: output * shape[axis]! * from[axis]!, steps: from },
      to: { offset: 0, steps: strides(shape) },
    },
    input: 0,
    output,
  }));
}
