import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TensorType, TypedNode, Value } from '../../ir/types.ts';
import { bytesPerElement, elements } from '../../ir/types.ts';
import { emptyValue, floats, int8s } from '../../ir/values.ts';
import { clamp, roundHalfAway } from '../../support/fixed-point.ts';
import { planeOf } from '../conv/conv2d.ts';
import { table, unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectUnlessSameDtype, rejectUnlessUniform } from '../types.ts';

export interface ResizeAttrs {
  readonly height: number;
  readonly width: number;
  /** The corner pixels' centres coincide. */
  readonly alignCorners: boolean;
  /** Pixel centres lie at half coordinates. */
  readonly halfPixel: boolean;
}

const attributes = z.strictObject({
  height: z.int(),
  width: z.int(),
  alignCorners: z.boolean(),
  halfPixel: z.boolean(),
});

type ResizeNode = TypedNode<ResizeAttrs>;

const f = Math.fround;

/** input [n, y, x, c] -> output [n, height, width, c] */
export const resizeNearest = defineOp<ResizeAttrs>({
  name: 'resize_nearest',
  summary: 'Nearest-neighbour resampling',
  attributes,
  inferShapes,
  reject: rejectUnlessSameDtype,
  evaluate: (node, [input]) => [nearest(node, input!)],
  kernels: [nearestKernel()],
  quantize: 'same',
  tflite: {
    RESIZE_NEAREST_NEIGHBOR: (operator) =>
      readResize(operator, operator.options.bool(0), operator.options.bool(1)),
  },
});

/** input [n, y, x, c] -> output [n, height, width, c] */
export const resizeBilinear = defineOp<ResizeAttrs>({
  name: 'resize_bilinear',
  summary: 'Bilinear resampling',
  attributes,
  inferShapes,
  reject: rejectUnlessUniform,
  evaluate: (node, [input]) => [
    input!.type.dtype === 'float32' ? bilinearF32(node, input!) : bilinearS8(node, input!),
  ],
  kernels: [bilinearKernel('s8'), bilinearKernel('f32')],
  quantize: 'same',
  tflite: {
    RESIZE_BILINEAR: (operator) =>
      readResize(operator, operator.options.bool(2), operator.options.bool(3)),
  },
});

function inferShapes({ height, width }: ResizeAttrs, [input]: readonly (TensorType | undefined)[]) {
  const [batch, , , channels] = planeOf(input);
  if (height < 1 || width < 1 || height > 32767 || width > 32767) {
    throw new Unsupported(`its output would be ${height}x${width}`);
  }
  return [[batch, height, width, channels]];
}

function readResize(
  operator: TfliteOperator,
  alignCorners: boolean,
  halfPixel: boolean,
): Read<ResizeAttrs> {
  const [height = 0, width = 0] = constantNumbersOf(operator, 1, 'size');
  return { attrs: { height, width, alignCorners, halfPixel }, keep: [0] };
}

/** Source: reference/resize_nearest_neighbor.h, GetNearestNeighbor. */
function nearestIndices(
  output: number,
  input: number,
  { alignCorners, halfPixel }: ResizeAttrs,
): number[] {
  const scale = alignCorners && output > 1 ? f((input - 1) / (output - 1)) : f(input / output);
  return Array.from({ length: output }, (_, v) => {
    const position = f(f(v + (halfPixel ? 0.5 : 0)) * scale);
    const index = alignCorners ? roundHalfAway(position) : Math.floor(position);
    return clamp(index, 0, input - 1);
  });
}

function nearest(node: ResizeNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [value.data as Int8Array, output.data as Int8Array];
  const [batches, inHeight, inWidth, channels] = planeOf(value.type);
  const rows = nearestIndices(node.attrs.height, inHeight, node.attrs);
  const columns = nearestIndices(node.attrs.width, inWidth, node.attrs);
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (const y of rows)
      for (const x of columns)
        for (let c = 0; c < channels; c++) {
          out[to++] = input[((n * inHeight + y) * inWidth + x) * channels + c]!;
        }
  return output;
}

/** Position of an output row or column in 1/1024 of the input's: v * scale + offset. */
function fixedPositions(output: number, input: number, { alignCorners, halfPixel }: ResizeAttrs) {
  const scale =
    alignCorners && output > 1
      ? Math.trunc((1024 * (input - 1) + ((output - 1) >> 1)) / (output - 1))
      : Math.trunc((1024 * input + (output >> 1)) / output);
  return { scale, offset: halfPixel ? (scale >> 1) - 512 : 0 };
}

/** Source: reference/resize_bilinear.h, ResizeBilinearInteger; the lower index is kept inside. */
function bilinearS8(node: ResizeNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [int8s(value), int8s(output)];
  const [batches, inHeight, inWidth, channels] = planeOf(value.type);
  const vertical = fixedPositions(node.attrs.height, inHeight, node.attrs);
  const horizontal = fixedPositions(node.attrs.width, inWidth, node.attrs);
  const place = (v: number, { scale, offset }: { scale: number; offset: number }, size: number) => {
    const at = v * scale + offset;
    const low = clamp(Math.trunc(at / 1024), 0, size - 1);
    return { low, high: clamp(Math.trunc((at + 1023) / 1024), 0, size - 1), part: at - 1024 * low };
  };
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let v = 0; v < node.attrs.height; v++)
      for (let h = 0; h < node.attrs.width; h++)
        for (let c = 0; c < channels; c++) {
          const y = place(v, vertical, inHeight);
          const x = place(h, horizontal, inWidth);
          const pixel = (row: number, column: number) =>
            input[((n * inHeight + row) * inWidth + column) * channels + c]!;
          const sum =
            pixel(y.low, x.low) * (1024 - y.part) * (1024 - x.part) +
            pixel(y.high, x.low) * y.part * (1024 - x.part) +
            pixel(y.low, x.high) * (1024 - y.part) * x.part +
            pixel(y.high, x.high) * y.part * x.part;
          out[to++] = Math.trunc((sum + (sum > 0 ? 2 ** 19 : -(2 ** 19))) / 2 ** 20);
        }
  return output;
}

function floatScale(output: number, input: number, alignCorners: boolean): number {
  return alignCorners && output > 1 ? f((input - 1) / (output - 1)) : f(input / output);
}

/** Source: reference/resize_bilinear.h, ResizeBilinear; every step in single precision. */
function bilinearF32(node: ResizeNode, value: Value): Value {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(value), floats(output)];
  const [batches, inHeight, inWidth, channels] = planeOf(value.type);
  const { height, width, alignCorners, halfPixel } = node.attrs;
  const place = (v: number, scale: number, size: number) => {
    const at = halfPixel ? f(f(f(v + 0.5) * scale) - 0.5) : f(v * scale);
    const low = clamp(Math.floor(at), 0, size - 1);
    return { low, high: clamp(Math.ceil(at), 0, size - 1), part: f(at - low) };
  };
  const [scaleY, scaleX] = [
    floatScale(height, inHeight, alignCorners),
    floatScale(width, inWidth, alignCorners),
  ];
  let to = 0;
  for (let n = 0; n < batches; n++)
    for (let v = 0; v < height; v++)
      for (let h = 0; h < width; h++)
        for (let c = 0; c < channels; c++) {
          const y = place(v, scaleY, inHeight);
          const x = place(h, scaleX, inWidth);
          const term = (row: number, column: number, wy: number, wx: number) =>
            f(f(input[((n * inHeight + row) * inWidth + column) * channels + c]! * wy) * wx);
          const [restY, restX] = [f(1 - y.part), f(1 - x.part)];
          let sum = f(term(y.low, x.low, restY, restX) + term(y.high, x.low, y.part, restX));
          sum = f(sum + term(y.low, x.high, restY, x.part));
          out[to++] = f(sum + term(y.high, x.high, y.part, x.part));
        }
  return output;
}

function planeFields(node: ResizeNode) {
  const [batches, inputHeight, inputWidth] = planeOf(node.inputs[0]);
  return {
    batches,
    input_height: inputHeight,
    input_width: inputWidth,
    output_height: node.attrs.height,
    output_width: node.attrs.width,
  };
}

function nearestKernel(): Kernel<ResizeAttrs> {
  return {
    name: 'resize_nearest_c',
    reject: () => undefined,
    cost: (node) => ({ cycles: elements(node.outputs[0]!) * 4, scratchBytes: 0 }),
    code(node) {
      const [, inHeight, inWidth, channels] = planeOf(node.inputs[0]);
      const { height, width } = node.attrs;
      const fields = {
        ...planeFields(node),
        bytes: channels * bytesPerElement(node.inputs[0]!.dtype),
        rows: table('rows', Int16Array.from(nearestIndices(height, inHeight, node.attrs))),
        columns: table('columns', Int16Array.from(nearestIndices(width, inWidth, node.attrs))),
      };
      return {
        calls: [
          { struct: 'nn_resize_nearest_layer', function: 'nn_resize_nearest', fields, inputs: [0] },
        ],
        units: [unit('nn_resize_nearest', 'shape/resize-nearest', ['nn_shape.h'])],
        scratchBytes: 0,
      };
    },
  };
}

function bilinearKernel(suffix: 's8' | 'f32'): Kernel<ResizeAttrs> {
  const dtype = suffix === 's8' ? 'int8' : 'float32';
  return {
    name: `resize_bilinear_${suffix}_c`,
    reject: (node) => (node.outputs[0]!.dtype === dtype ? undefined : `takes ${dtype}`),
    cost: (node, target) => ({
      cycles: elements(node.outputs[0]!) * (dtype === 'int8' ? 40 : target.fpu ? 40 : 400),
      scratchBytes: 0,
    }),
    code(node) {
      const [, inHeight, inWidth, channels] = planeOf(node.inputs[0]);
      const { height, width, alignCorners, halfPixel } = node.attrs;
      const [y, x] = [
        fixedPositions(height, inHeight, node.attrs),
        fixedPositions(width, inWidth, node.attrs),
      ];
      const scales =
        dtype === 'int8'
          ? { scale_y: y.scale, scale_x: x.scale, offset_y: y.offset, offset_x: x.offset }
          : {
              half_pixel: halfPixel ? 1 : 0,
              scale_y: floatScale(height, inHeight, alignCorners),
              scale_x: floatScale(width, inWidth, alignCorners),
            };
      const name = `nn_resize_bilinear_${suffix}`;
      const fields = { ...planeFields(node), channels, ...scales };
      return {
        calls: [{ struct: `nn_resize_${suffix}`, function: name, fields, inputs: [0] }],
        units: [unit(name, `shape/resize-bilinear-${suffix}`, ['nn_shape.h'])],
        scratchBytes: 0,
      };
    },
  };
}
