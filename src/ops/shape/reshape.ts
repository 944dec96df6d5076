import { z } from 'zod';
import type { TfliteOperator, TfliteTensor } from '../../formats/tflite/records.ts';
import { product } from '../../support/bytes.ts';
import { constantNumbersOf, resolveAxes } from '../tflite-constants.ts';
import { size } from '../attributes.ts';
import { channelCount, linked, rangesThrough, refolded } from '../channels.ts';
import { defineOp, Unsupported } from '../op.ts';
import { rejectUnlessCopy } from '../types.ts';
import { aliasKernel } from './alias.kernel.ts';

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
  attributes: z.strictObject({ shape: z.array(z.union([size, z.literal(-1)])).max(7) }),
  anyRank: true,
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
  reject: rejectUnlessCopy,
  evaluate: (node, [input]) => [{ type: node.outputs[0]!, data: input!.data.slice() }],
  kernels: [aliasKernel],
  quantize: 'same',
  channels: {
    ranges: ({ inputs: [x], outputs: [y] }, [input]) => [
      rangesThrough(refolded(x!, y!), input!, channelCount(y!)),
    ],
    flow: ({ inputs: [x], outputs: [y] }) => linked(refolded(x!, y!)),
    keep: ({ outputs: [y] }, { outputs }) => ({
      shape: [...y!.shape.slice(0, -1), outputs[0]!.length],
    }),
  },
  tflite: {
    RESHAPE(operator) {
      // The operand outranks the option, as in TFLite.
      const option = operator.options.ints(0);
      const shape = operator.inputs[1] ? constantNumbersOf(operator, 1, 'shape') : option;
      return { attrs: { shape: [...shape] }, keep: [0] };
    },
    SQUEEZE(operator) {
      const { shape } = firstOf(operator);
      const asked = resolveAxes(operator.options.ints(0), shape.length);
      const wide = asked.find((axis) => shape[axis] !== 1);
      if (wide !== undefined) throw new Unsupported(`its axis ${wide} has ${shape[wide]} elements`);
      const dropped = (size: number, axis: number) =>
        asked.length === 0 ? size === 1 : asked.includes(axis);
      return { attrs: { shape: shape.filter((size, axis) => !dropped(size, axis)) }, keep: [0] };
    },
    DENSIFY: (operator) => ({ attrs: { shape: [...firstOf(operator).shape] } }),
    EXPAND_DIMS(operator) {
      const shape = [...firstOf(operator).shape];
      const [axis] = resolveAxes(constantNumbersOf(operator, 1, 'axis', 1), shape.length + 1);
      shape.splice(axis!, 0, 1);
      return { attrs: { shape }, keep: [0] };
    },
  },
});

function firstOf({ inputs: [first] }: TfliteOperator): TfliteTensor {
  if (!first) throw new Unsupported('its input 0 is missing');
  return first;
}
