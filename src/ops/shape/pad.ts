import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor, storedRange } from '../../ir/types.ts';
import { constantNumbers } from '../../ir/values.ts';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { clamp } from '../../support/fixed-point.ts';
import { real, sizes } from '../attributes.ts';
import { channelCount, linked, rangesFrom, wholeRanges } from '../channels.ts';
import type { Ranges } from '../channels.ts';
import { Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { defineMove } from './move.ts';
import { strides } from './strided.ts';

export interface PadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The real number around the tensor; undefined: 0, which is the zero point in int8. */
  readonly value?: number;
}

type PadNode = TypedNode<PadAttrs>;

export const pad = defineMove<PadAttrs>({
  name: 'pad',
  summary: 'A constant border around any axes, channels too (PAD, PADV2)',
  attributes: z.strictObject({
    before: sizes,
    after: sizes,
    value: z.exactOptional(z.union([real, z.literal([Infinity, -Infinity])])),
  }),
  inferShapes({ before, after }, [input]) {
    const { shape } = input!;
    if (before.length !== shape.length || [...before, ...after].some((n) => n < 0)) {
      throw new Unsupported(`its paddings do not fit [${shape.join(',')}]`);
    }
    return [shape.map((size, axis) => before[axis]! + size + after[axis]!)];
  },
  fill: storedValue,
  copies: (node) => [{ copy: copyOf(node), input: 0 }],
  channels: {
    ranges: (node, [input]) => [padRanges(node, input!)],
    flow({ attrs, inputs }) {
      const first = attrs.before.at(-1);
      if (first === undefined) return undefined;
      const length = channelCount(inputs[0]!);
      return linked(Array.from({ length }, (_, c) => [c, first + c]));
    },
    keep({ attrs, inputs }, { outputs }) {
      const first = attrs.before.at(-1)!;
      const last = first + channelCount(inputs[0]!);
      const before = outputs[0]!.filter((c) => c < first).length;
      const after = outputs[0]!.filter((c) => c >= last).length;
      return {
        ...attrs,
        before: [...attrs.before.slice(0, -1), before],
        after: [...attrs.after.slice(0, -1), after],
      };
    },
  },
  tflite: { PAD: readPad, PADV2: readPad },
});

// The border's value, the input's, or both.
function padRanges(node: PadNode, { low, high }: Ranges): Ranges {
  const output = node.outputs[0]!;
  if (output.dtype !== 'int8') return wholeRanges(output);
  const { before, after } = node.attrs;
  const border = storedValue(node);
  const around = [before, after].some((sizes) => sizes.slice(0, -1).some((size) => size > 0));
  return rangesFrom(channelCount(output), (channel) => {
    const c = channel - (before.at(-1) ?? 0);
    if (low[c] === undefined) return [border, border];
    return around ? [Math.min(low[c], border), Math.max(high[c]!, border)] : [low[c], high[c]!];
  });
}

function readPad(operator: TfliteOperator): Read<PadAttrs> {
  const rank = operator.inputs[0]?.shape.length ?? 0;
  const numbers = constantNumbersOf(operator, 1, 'padding', 2 * rank);
  const before = numbers.filter((_, i) => i % 2 === 0);
  const after = numbers.filter((_, i) => i % 2 === 1);
  return { attrs: { before, after, ...readValue(operator) }, keep: [0] };
}

function readValue(operator: TfliteOperator): { value?: number } {
  const tensor = operator.inputs[2];
  if (!tensor) return {};
  if (!tensor.data) throw new Unsupported('its padding value is not a constant');
  const output = operator.outputs[0]!;
  if (elements(tensor) !== 1) throw new Unsupported('its padding value is not one number');
  if (tensor.dtype !== output.dtype) {
    throw new Unsupported(`its padding value has the type ${tensor.dtype}`);
  }
  const stored = constantNumbers({ id: 0, ...tensor, data: tensor.data })[0]!;
  if (!output.quant) return { value: stored };
  if ([tensor, output].some(({ quant }) => (quant?.scales.length ?? 1) > 1))
    throw new Unsupported('its padding value has a scale per channel');
  const own = perTensor(tensor.quant ? tensor : output);
  const { scale, zeroPoint } = perTensor(output);
  // Source: tensorflow/lite/kernels/pad.cc, Eval.
  if (own.zeroPoint !== zeroPoint || Math.abs(own.scale - scale) > 1e-6 * scale) {
    throw new Unsupported('its padding value is quantized otherwise than its output');
  }
  return { value: (stored - zeroPoint) * scale };
}

function storedValue(node: PadNode): number {
  const { value = 0 } = node.attrs;
  const output = node.outputs[0]!;
  if (output.dtype === 'float32' || !output.quant) return value;
  const { scale, zeroPoint } = perTensor(output);
  const [low, high] = storedRange(output.dtype);
  return clamp(Math.round(value / scale) + zeroPoint, low, high);
}

function copyOf({ attrs, inputs, outputs }: PadNode) {
  const to = strides(outputs[0]!.shape);
  const { shape } = inputs[0]!;
  const offset = attrs.before.reduce((sum, n, axis) => sum + n * to[axis]!, 0);
  return { sizes: shape, from: { offset: 0, steps: strides(shape) }, to: { offset, steps: to } };
}
