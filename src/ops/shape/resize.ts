import { z } from 'zod';
import type { TfliteOperator } from '../../formats/tflite/records.ts';
import type { TensorType, TypedNode, Value } from '../../ir/types.ts';
import { emptyValue, floats, int8s } from '../../ir/values.ts';
import { clamp } from '../../support/fixed-point.ts';
import { planeOf } from '../conv/conv2d.ts';
import { carried } from '../channels.ts';
import type { Channels } from '../channels.ts';
import { defineOp, Unsupported } from '../op.ts';
import type { Read } from '../op.ts';
import { constantNumbersOf } from '../tflite-constants.ts';
import { rejectUnlessCopy, rejectUnlessUniformCopy } from '../types.ts';
import { fixedPositions, floatScale, nearestIndices } from './resize-positions.ts';
import { bilinearKernels, nearestKernels } from './resize.kernels.ts';

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

// What lies between pixels lies between their values.
const channels: Channels<ResizeAttrs> = { ranges: (_, [input]) => [input!], flow: carried };

const f = Math.fround;

/** input [n, y, x, c] -> output [n, height, width, c] */
export const resizeNearest = defineOp<ResizeAttrs>({
  name: 'resize_nearest',
  summary: 'Nearest-neighbour resampling',
  attributes,
  inferShapes,
  reject: rejectUnlessCopy,
  evaluate: (node, [input]) => [nearest(node, input!)],
  kernels: nearestKernels,
  quantize: 'same',
  channels,
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
  reject: rejectUnlessUniformCopy,
  evaluate: (node, [input]) => [
    input!.type.dtype === 'float32' ? bilinearF32(node, input!) : bilinearS8(node, input!),
  ],
  kernels: bilinearKernels,
  quantize: 'same',
  channels,
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
  const [height = 0, width = 0] = constantNumbersOf(operator, 1, 'size', 2);
  // Once the output's size.
  if (operator.code === 'RESIZE_BILINEAR') for (const field of [0, 1]) operator.options.int(field);
  return { attrs: { height, width, alignCorners, halfPixel }, keep: [0] };
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
