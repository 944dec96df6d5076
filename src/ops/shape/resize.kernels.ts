import type { TypedNode } from '../../ir/types.ts';
import { byteLength, bytesPerElement, elements } from '../../ir/types.ts';
import { planeOf } from '../conv/conv2d.ts';
import { table } from '../constant-array.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { fixedPositions, floatScale, nearestIndices } from './resize-positions.ts';
import type { ResizeAttrs } from './resize.ts';

type ResizeNode = TypedNode<ResizeAttrs>;

const PLANES = {
  batches: 'int32_t',
  input_height: 'int32_t',
  input_width: 'int32_t',
  output_height: 'int32_t',
  output_width: 'int32_t',
} as const;

const nearestUnits = unitFamily({
  name: 'nn_resize_nearest',
  template: 'shape/resize-nearest',
  struct: struct(
    'nn_resize_nearest_layer',
    'Nearest neighbour: the input row and column of each output row and column.',
    { ...PLANES, bytes: 'int32_t', rows: 'const int16_t *', columns: 'const int16_t *' },
  ),
  parameters: 'const void *input, void *output',
});

const nearestKernel: Kernel<ResizeAttrs> = {
  name: 'resize_nearest_c',
  units: [nearestUnits],
  reject: () => undefined,
  cost: (node) => ({
    work: { pixels: pixelsOf(node), bytes: byteLength(node.outputs[0]!) },
    constantBytes: 2 * (node.attrs.height + node.attrs.width),
    scratchBytes: 0,
    calls: [nearestUnits({})],
  }),
  code(node) {
    const [, inHeight, inWidth, channels] = planeOf(node.inputs[0]);
    const { height, width } = node.attrs;
    const fields = {
      ...planeFields(node),
      bytes: channels * bytesPerElement(node.inputs[0]!.dtype),
      rows: table('rows', Int16Array.from(nearestIndices(height, inHeight, node.attrs))),
      columns: table('columns', Int16Array.from(nearestIndices(width, inWidth, node.attrs))),
    };
    return [call(nearestUnits({}), fields)];
  },
};

const integerUnits = unitFamily({
  name: 'nn_resize_bilinear_s8',
  template: 'shape/resize-bilinear-s8',
  struct: struct(
    'nn_resize_s8',
    'The input position of an output position v is v * scale + offset, in 1/1024.',
    {
      ...PLANES,
      channels: 'int32_t',
      scale_y: 'int32_t',
      scale_x: 'int32_t',
      offset_y: 'int32_t',
      offset_x: 'int32_t',
    },
  ),
  parameters: 'const int8_t *input, int8_t *output',
});

const integerKernel: Kernel<ResizeAttrs> = {
  name: 'resize_bilinear_s8_c',
  units: [integerUnits],
  reject: (node) => (node.outputs[0]!.dtype === 'int8' ? undefined : 'takes int8'),
  cost: (node) =>
    plainCost(
      {
        rows: pixelsOf(node) / node.attrs.width,
        pixels: pixelsOf(node),
        outputs: elements(node.outputs[0]!),
      },
      [integerUnits({})],
    ),
  code(node) {
    const [, inHeight, inWidth, channels] = planeOf(node.inputs[0]);
    const y = fixedPositions(node.attrs.height, inHeight, node.attrs);
    const x = fixedPositions(node.attrs.width, inWidth, node.attrs);
    return [
      call(integerUnits({}), {
        ...planeFields(node),
        channels,
        scale_y: y.scale,
        scale_x: x.scale,
        offset_y: y.offset,
        offset_x: x.offset,
      }),
    ];
  },
};

const floatUnits = unitFamily({
  name: 'nn_resize_bilinear_f32',
  template: 'shape/resize-bilinear-f32',
  struct: struct('nn_resize_f32', 'Bilinear resampling in floating point.', {
    ...PLANES,
    channels: 'int32_t',
    half_pixel: 'int32_t',
    scale_y: 'float',
    scale_x: 'float',
  }),
  parameters: 'const nn_float *input, nn_float *output',
});

const floatKernel: Kernel<ResizeAttrs> = {
  name: 'resize_bilinear_f32_c',
  units: [floatUnits],
  reject: (node) => (node.outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node) =>
    plainCost(
      {
        rows: pixelsOf(node) / node.attrs.width,
        pixels: pixelsOf(node),
        outputs: elements(node.outputs[0]!),
      },
      [floatUnits({})],
    ),
  code(node) {
    const [, inHeight, inWidth, channels] = planeOf(node.inputs[0]);
    const { height, width, alignCorners, halfPixel } = node.attrs;
    return [
      call(floatUnits({}), {
        ...planeFields(node),
        channels,
        half_pixel: halfPixel ? 1 : 0,
        scale_y: floatScale(height, inHeight, alignCorners),
        scale_x: floatScale(width, inWidth, alignCorners),
      }),
    ];
  },
};

export const nearestKernels = [nearestKernel];
export const bilinearKernels = [integerKernel, floatKernel];

function pixelsOf({ outputs }: ResizeNode): number {
  return elements(outputs[0]!) / outputs[0]!.shape[3]!;
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
