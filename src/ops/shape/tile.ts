import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { size } from '../attributes.ts';
import { Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { defineMove } from './move.ts';
import { strides } from './strided.ts';

export interface TileAttrs {
  /** How often the tensor is repeated along each axis of the output; leading ones may be new. */
  readonly repeats: readonly number[];
}

/** input [a, b] -> output [n * a, m * b] */
export const tile = defineMove<TileAttrs>({
  name: 'tile',
  summary: 'A tensor repeated along any axes',
  attributes: z.strictObject({ repeats: z.array(size.min(1)).max(6) }),
  inferShapes({ repeats }, [input]) {
    if (repeats.length < input!.shape.length)
      throw new Unsupported(
        `it repeats ${repeats.length} axes of ${input!.shape.length} dimensions`,
      );
    const shape = alignedShape(input!.shape, repeats.length);
    return [shape.map((n, axis) => n * repeats[axis]!)];
  },
  copies({ attrs, inputs, outputs }) {
    const shape = alignedShape(inputs[0]!.shape, attrs.repeats.length);
    const [from, to] = [strides(shape), strides(outputs[0]!.shape)];
    // Along each axis the repetitions, which read the same again, then the elements.
    const along = <T>(repeated: (axis: number) => T, inside: (axis: number) => T) =>
      shape.flatMap((_, axis) => [repeated(axis), inside(axis)]);
    const copy = {
      sizes: along(
        (axis) => attrs.repeats[axis]!,
        (axis) => shape[axis]!,
      ),
      from: {
        offset: 0,
        steps: along(
          () => 0,
          (axis) => from[axis]!,
        ),
      },
      to: {
        offset: 0,
        steps: along(
          (axis) => shape[axis]! * to[axis]!,
          (axis) => to[axis]!,
        ),
      },
    };
    return [{ copy, input: 0 }];
  },
  tflite: {
    TILE(operator) {
      const rank = operator.inputs[0]?.shape.length ?? 0;
      return readRepeats(constantNumbersOf(operator, 1, 'multiples', rank));
    },
    BROADCAST_TO(operator) {
      const wanted = constantNumbersOf(operator, 1, 'shape');
      const shape = alignedShape(shapeOf(operator), wanted.length);
      const odd = shape.some((n, axis) => n !== 1 && n !== wanted[axis]);
      if (odd || shape.length > wanted.length)
        throw new Unsupported(`[${shape.join(',')}] does not broadcast to [${wanted.join(',')}]`);
      return readRepeats(wanted.map((n, axis) => n / shape[axis]!));
    },
  },
});

function readRepeats(repeats: readonly number[]): Read<TileAttrs> {
  return { attrs: { repeats }, keep: [0] };
}

function shapeOf({ inputs }: TfliteOperator): readonly number[] {
  return inputs[0]?.shape ?? [];
}

function alignedShape(shape: readonly number[], rank: number): number[] {
  return [...Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
}
