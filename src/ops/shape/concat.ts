import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import { tfliteActivation } from '../activation/clamp.ts';
import { axis } from '../attributes.ts';
import { carried, channelCount, joinRanges, rangesFrom } from '../channels.ts';
import type { Flow, Ranges } from '../channels.ts';
import { checkAxes, defineOp, Unsupported } from '../op.ts';
import { rowByRow } from '../rows.ts';
import { resolveAxes } from '../tflite-constants.ts';
import { rejectUnlessCopy } from '../types.ts';
import { copyKernel, copyStrided, strides } from './strided.ts';

export interface ConcatAttrs {
  readonly axis: number;
}

export const concat = defineOp<ConcatAttrs>({
  name: 'concat',
  summary: 'Tensors joined along an axis; int8 operands share the output’s quantization',
  attributes: z.strictObject({ axis }),
  operands: 'any',
  inferShapes({ axis }, inputs) {
    const [first, ...rest] = inputs.map((input) => input!.shape);
    checkAxes([axis], first!);
    const fits = (shape: readonly number[]) =>
      shape.length === first!.length && shape.every((size, i) => i === axis || size === first![i]);
    if (!rest.every(fits))
      throw new Unsupported('its inputs differ beside the axis they join along');
    const total = inputs.reduce((sum, input) => sum + input!.shape[axis]!, 0);
    return [first!.map((size, i) => (i === axis ? total : size))];
  },
  reject: rejectUnlessCopy,
  evaluate(node, inputs) {
    const output = emptyValue(node.outputs[0]!);
    for (const { copy, input } of copies(node)) copyStrided(copy, inputs[input]!, output);
    return [output];
  },
  kernels: [copyKernel('concat_c', copies)],
  rows: (node) => (joinsChannels(node) ? rowByRow(node) : undefined),
  quantize: 'same',
  channels: {
    ranges: (node, inputs) => [joinsChannels(node) ? chain(inputs) : joinRanges(inputs)],
    flow: (node) => (joinsChannels(node) ? shifted(node) : carried(node)),
  },
  tflite: {
    CONCATENATION(operator) {
      if (tfliteActivation(operator.options.byte(1)) !== 'none') {
        throw new Unsupported('it has a fused activation');
      }
      const rank = operator.inputs[0]?.shape.length ?? 0;
      if (rank === 0) throw new Unsupported('it joins scalars');
      return { attrs: { axis: resolveAxes([operator.options.int(0)], rank)[0]! } };
    },
  },
});

function joinsChannels({ attrs, outputs }: TypedNode<ConcatAttrs>): boolean {
  return attrs.axis === outputs[0]!.shape.length - 1;
}

function chain(inputs: readonly Ranges[]): Ranges {
  const all = inputs.flatMap(({ low, high }) =>
    Array.from(low, (least, c) => [least, high[c]!] as const),
  );
  return rangesFrom(all.length, (c) => all[c]!);
}

function shifted({ inputs }: TypedNode<ConcatAttrs>): Flow {
  let to = 0;
  const links = inputs.flatMap((tensor, input) =>
    Array.from({ length: channelCount(tensor!) }, (_, from) => {
      return { input, from, output: 0, to: to++ };
    }),
  );
  return { kind: 'carries', links };
}

function copies(node: TypedNode<ConcatAttrs>) {
  const { axis } = node.attrs;
  const to = strides(node.outputs[0]!.shape);
  let start = 0;
  return node.inputs.map((tensor, input) => {
    const { shape } = tensor!;
    const offset = start * to[axis]!;
    start += shape[axis]!;
    const copy = {
      sizes: shape,
      from: { offset: 0, steps: strides(shape) },
      to: { offset, steps: to },
    };
    return { copy, input };
  });
}
