import { z } from 'zod';
import { product } from '../../support/bytes.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { size } from '../attributes.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectUnlessSameDtype } from '../types.ts';

export interface ReshapeAttrs {
  /** One size may be -1: what is left over. */
  readonly shape: readonly number[];
}

/**
 * The same elements under another shape. DENSIFY is one, too: the reader of files has made sparse
 * constants dense already.
 */
export const reshape = defineOp<ReshapeAttrs>({
  name: 'reshape',
  summary: 'Another shape for the same elements; costs nothing',
  attributes: z.strictObject({ shape: z.array(z.union([size, z.literal(-1)])).max(6) }),
  inferShapes({ shape }, [input]) {
    const count = product(input!.shape);
    const known = product(shape.filter((size) => size !== -1));
    const resolved = shape.map((size) => (size === -1 ? count / known : size));
    const whole = resolved.every((size) => Number.isInteger(size) && size >= 0);
    if (!whole || product(resolved) !== count || shape.filter((s) => s === -1).length > 1) {
      throw new Unsupported(`[${input!.shape.join(',')}] cannot become [${shape.join(',')}]`);
    }
    return [resolved];
  },
  reject: rejectUnlessSameDtype,
  evaluate: (node, [input]) => [{ type: node.outputs[0]!, data: input!.data.slice() }],
  kernels: [
    {
      name: 'alias',
      reject: ({ inputs }) => (inputs[0]!.data ? 'its input is a constant' : undefined),
      cost: () => ({ cycles: 0, scratchBytes: 0 }),
      code: () => ({ calls: [], units: [], scratchBytes: 0 }),
      alias: true,
    },
  ],
  quantize: 'same',
  tflite: {
    RESHAPE(operator) {
      const shape = operator.inputs[1]
        ? constantNumbersOf(operator, 1, 'shape')
        : operator.options.ints(0);
      return { attrs: { shape: [...shape] }, keep: [0] };
    },
    SQUEEZE(operator) {
      const shape = operator.inputs[0]!.shape;
      const asked = operator.options.ints(0).map((axis) => (axis < 0 ? axis + shape.length : axis));
      const dropped = (size: number, axis: number) =>
        size === 1 && (asked.length === 0 || asked.includes(axis));
      return { attrs: { shape: shape.filter((size, axis) => !dropped(size, axis)) }, keep: [0] };
    },
    DENSIFY: (operator) => ({ attrs: { shape: [...operator.inputs[0]!.shape] } }),
    EXPAND_DIMS(operator) {
      const shape = [...operator.inputs[0]!.shape];
      const [axis = 0] = constantNumbersOf(operator, 1, 'axis');
      shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, 1);
      return { attrs: { shape }, keep: [0] };
    },
  },
});
