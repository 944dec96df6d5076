import { z } from 'zod';
import type { TypedNode } from '../../ir/types.ts';
import { byteLength, elements, perTensor } from '../../ir/types.ts';
import { emptyValue } from '../../ir/values.ts';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import { unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { sizes } from '../attributes.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectUnlessUniform } from '../types.ts';
import { COPY_UNIT, copyCall, copyStrided, strides } from './strided.ts';

export interface PadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The real number around the tensor; undefined: 0, which is the zero point in int8. */
  readonly value?: number;
}

type PadNode = TypedNode<PadAttrs>;

export const pad = defineOp<PadAttrs>({
  name: 'pad',
  summary: 'A constant border around any axes, channels too (PAD, PADV2)',
  attributes: z.strictObject({
    before: sizes,
    after: sizes,
    value: z.exactOptional(z.number()),
  }),
  inferShapes({ before, after }, [input]) {
    const { shape } = input!;
    if (before.length !== shape.length || [...before, ...after].some((n) => n < 0)) {
      throw new Unsupported(`its paddings do not fit [${shape.join(',')}]`);
    }
    return [shape.map((size, axis) => before[axis]! + size + after[axis]!)];
  },
  reject: rejectUnlessUniform,
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    (output.data as Int8Array).fill(storedValue(node));
    copyStrided(copyOf(node), input!, output);
    return [output];
  },
  kernels: [padKernel()],
  quantize: 'same',
  tflite: { PAD: readPad, PADV2: readPad },
});

function readPad(operator: TfliteOperator): Read<PadAttrs> {
  const numbers = constantNumbersOf(operator, 1, 'padding');
  const before = numbers.filter((_, i) => i % 2 === 0);
  const after = numbers.filter((_, i) => i % 2 === 1);
  return { attrs: { before, after, ...readValue(operator) }, keep: [0] };
}

function readValue(operator: TfliteOperator): { value?: number } {
  const tensor = operator.inputs[2];
  if (!tensor) return {};
  if (!tensor.data) throw new Unsupported('its padding value is not a constant');
  if (tensor.dtype === 'float32')
    return { value: new Float32Array(tensor.data.slice().buffer)[0]! };
  if (tensor.dtype !== 'int8' && tensor.dtype !== 'uint8') {
    throw new Unsupported(`its padding value has the type ${tensor.dtype}`);
  }
  const stored = tensor.dtype === 'int8' ? (tensor.data[0]! << 24) >> 24 : tensor.data[0]!;
  const { scales = [1], zeroPoints = [0] } = tensor.quant ?? {};
  return { value: (stored - zeroPoints[0]!) * scales[0]! };
}

function storedValue(node: PadNode): number {
  const { value = 0 } = node.attrs;
  const output = node.outputs[0]!;
  if (output.dtype === 'float32') return value;
  const { scale, zeroPoint } = perTensor(output);
  return Math.max(-128, Math.min(127, Math.round(value / scale) + zeroPoint));
}

function copyOf({ attrs, inputs, outputs }: PadNode) {
  const to = strides(outputs[0]!.shape);
  const { shape } = inputs[0]!;
  const offset = attrs.before.reduce((sum, n, axis) => sum + n * to[axis]!, 0);
  return { sizes: shape, from: { offset: 0, steps: strides(shape) }, to: { offset, steps: to } };
}

function padKernel(): Kernel<PadAttrs> {
  return {
    name: 'pad_c',
    reject: () => undefined,
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 2, scratchBytes: 0 }),
    code(node) {
      const output = node.outputs[0]!;
      const float = output.dtype === 'float32';
      const border = float
        ? {
            struct: 'nn_fill_f32_layer',
            function: 'nn_fill_f32',
            fields: { count: elements(output), value: storedValue(node) },
          }
        : {
            struct: 'nn_fill_s8_layer',
            function: 'nn_fill_s8',
            fields: { count: byteLength(output), value: storedValue(node) },
          };
      const fill = unit(border.function, float ? 'shape/fill-f32' : 'shape/fill-s8', [
        'nn_shape.h',
      ]);
      return {
        calls: [{ ...border, inputs: [] }, copyCall(copyOf(node), output, 0)],
        units: [fill, COPY_UNIT],
        scratchBytes: 0,
      };
    },
  };
}
