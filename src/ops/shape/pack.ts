import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { product } from '../../support/bytes.ts';
import { axis } from '../attributes.ts';
import { checkAxes, Unsupported } from '../op.ts';
import { resolveAxes } from '../tflite-constants.ts';
import { defineMove } from './move.ts';
import type { StridedCopy } from './strided.ts';

export interface PackAttrs {
  /** The axis that is new, or that goes. */
  readonly axis: number;
}

/** inputs [a, b] each -> output [a, inputs, b] */
export const pack = defineMove<PackAttrs>({
  name: 'pack',
  summary: 'Tensors of one shape joined along a new axis',
  attributes: z.strictObject({ axis }),
  operands: 'any',
  most: 4096,
  inferShapes({ axis }, inputs) {
    const [first, ...rest] = inputs.map((input) => input!.shape);
    if (rest.some((shape) => shape.join() !== first!.join()))
      throw new Unsupported('its inputs differ in shape');
    const shape = [...first!.slice(0, axis), inputs.length, ...first!.slice(axis)];
    checkAxes([axis], shape);
    return [shape];
  },
  copies: ({ attrs, inputs, outputs }) =>
    inputs.map((_, input) => {
      const { sizes, from, to } = layer(outputs[0]!.shape, attrs.axis, input);
      return { copy: { sizes, from: to, to: from }, input };
    }),
  tflite: {
    PACK(operator) {
      checkCount(operator.options.int(0), operator.inputs.length);
      return { attrs: { axis: axisOf(operator, (operator.inputs[0]?.shape.length ?? 0) + 1) } };
    },
  },
});

/** input [a, outputs, b] -> outputs [a, b] each */
export const unpack = defineMove<PackAttrs>({
  name: 'unpack',
  summary: 'A tensor cut into slices of one element along an axis, which goes',
  attributes: z.strictObject({ axis }),
  most: 4096,
  inferShapes({ axis }, [input]) {
    const { shape } = input!;
    checkAxes([axis], shape);
    const part = shape.filter((_, i) => i !== axis);
    return Array.from({ length: shape[axis]! }, () => part);
  },
  copies: ({ attrs, inputs, outputs }) =>
    outputs.map((_, output) => ({
      copy: layer(inputs[0]!.shape, attrs.axis, output),
      ...{ input: 0, output },
    })),
  tflite: {
    UNPACK(operator) {
      checkCount(operator.options.int(0), operator.outputs.length);
      return { attrs: { axis: axisOf(operator, operator.inputs[0]?.shape.length ?? 0) } };
    },
  },
});

function checkCount(asked: number, found: number): void {
  if (asked !== found) throw new Unsupported(`it names ${asked} tensors, and has ${found}`);
}

function axisOf(operator: TfliteOperator, rank: number): number {
  return resolveAxes([operator.options.int(1)], rank)[0]!;
}

// One element along an axis of a tensor, to a tensor without that axis.
function layer(shape: readonly number[], axis: number, index: number): StridedCopy {
  const run = product(shape.slice(axis + 1));
  return {
    sizes: [product(shape.slice(0, axis)), run],
    from: { offset: index * run, steps: [shape[axis]! * run, 1] },
    to: { offset: 0, steps: [run, 1] },
  };
}
