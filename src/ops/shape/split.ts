import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TypedNode } from '../../ir/types.ts';
import { sum } from '../../support/bytes.ts';
import { axis, size } from '../attributes.ts';
import { carried, channelCount, rangesFrom } from '../channels.ts';
import { checkAxes, Unsupported } from '../op.ts';
import { constantNumbersOf, resolveAxes } from '../tflite-constants.ts';
import { defineMove } from './move.ts';
import { strides } from './strided.ts';

export interface SplitAttrs {
  readonly axis: number;
  /** The size of each part along the axis. */
  readonly sizes: readonly number[];
}

export const split = defineMove<SplitAttrs>({
  name: 'split',
  summary: 'A tensor cut into parts along an axis',
  attributes: z.strictObject({ axis, sizes: z.array(size).min(1).max(4096) }),
  most: 4096,
  inferShapes({ axis, sizes }, [input]) {
    const { shape } = input!;
    checkAxes([axis], shape);
    if (sum(sizes) !== shape[axis]) {
      throw new Unsupported(
        `[${shape.join(',')}] does not divide into parts of ${sizes.join(', ')} along axis ${axis}`,
      );
    }
    return sizes.map((part) => shape.map((n, i) => (i === axis ? part : n)));
  },
  copies,
  channels: {
    ranges: (node, [input]) => {
      const starts = startsOf(node.attrs);
      return node.outputs.map((part, output) =>
        rangesFrom(channelCount(part), (c) => {
          const from = partsChannels(node) ? starts[output]! + c : c;
          return [input!.low[from]!, input!.high[from]!];
        }),
      );
    },
    // Parts have to stay alike: channels of one number go together.
    flow(node) {
      if (!partsChannels(node)) return carried(node);
      const { sizes } = node.attrs;
      if (sizes.some((size) => size !== sizes[0])) return undefined;
      const links = startsOf(node.attrs).flatMap((start, output) =>
        Array.from({ length: sizes[0]! }, (_, c) => [
          { input: 0, from: start + c, output, to: c },
          { input: 0, from: start + c, output: 0, to: c },
        ]).flat(),
      );
      return { kind: 'carries', links };
    },
    keep(node, { outputs }) {
      if (!partsChannels(node)) return node.attrs;
      return { ...node.attrs, sizes: outputs.map((kept) => kept.length) };
    },
  },
  tflite: {
    SPLIT(operator) {
      const axis = axisOf(operator, 1, 0);
      const parts = operator.options.int(0);
      checkParts(operator, parts);
      const size = operator.inputs[1]!.shape[axis]!;
      if (size % parts !== 0)
        throw new Unsupported(`${size} does not divide into ${parts} parts along axis ${axis}`);
      const sizes = Array<number>(parts).fill(size / parts);
      return { attrs: { axis, sizes }, keep: [1] };
    },
    SPLIT_V(operator) {
      const axis = axisOf(operator, 0, 2);
      const asked = constantNumbersOf(operator, 1, 'sizes', operator.options.int(0));
      // One size may be -1: what the others leave.
      const rest = operator.inputs[0]!.shape[axis]! - sum(asked.filter((n) => n !== -1));
      checkParts(operator, asked.length);
      return { attrs: { axis, sizes: asked.map((n) => (n === -1 ? rest : n)) }, keep: [0] };
    },
  },
});

function axisOf(operator: TfliteOperator, input: number, position: number): number {
  const rank = operator.inputs[input]?.shape.length ?? 0;
  return resolveAxes(constantNumbersOf(operator, position, 'axis', 1), rank)[0] ?? 0;
}

function checkParts({ outputs }: TfliteOperator, parts: number): void {
  if (parts !== outputs.length)
    throw new Unsupported(`it splits into ${parts} parts, and has ${outputs.length}`);
}

function partsChannels({ attrs, inputs }: TypedNode<SplitAttrs>): boolean {
  return attrs.axis === inputs[0]!.shape.length - 1;
}

function startsOf({ sizes }: SplitAttrs): number[] {
  return sizes.map((_, part) => sum(sizes.slice(0, part)));
}

function copies(node: TypedNode<SplitAttrs>) {
  const from = strides(node.inputs[0]!.shape);
  const starts = startsOf(node.attrs);
  return node.outputs.map(({ shape }, output) => ({
    copy: {
      sizes: shape,
      from: { offset: starts[output]! * from[node.attrs.axis]!, steps: from },
      to: { offset: 0, steps: strides(shape) },
    },
    input: 0,
    output,
  }));
}
