import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor, weightZeroPoint } from '../../ir/types.ts';
import { memoise } from '../../support/memoise.ts';
import { clampRange } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { call, wholeLayout } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeBytes, requantizeFields, ROUNDING_AXIS } from '../requantize.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import * as weighted from '../weighted.ts';
import { isWide, SUMS_AXIS, wideLayer } from '../wide.ts';
import { multipliersOf, rejectWindow, windowFields } from './fields.ts';
import { WINDOW } from './structs.ts';
import type { TransposeConv2dAttrs } from './transpose-conv2d.ts';

type Node = TypedNode<TransposeConv2dAttrs>;

const PLACEMENT = { window: WINDOW, batches: 'int16_t', output_height: 'int16_t' } as const;

const integerUnits = unitFamily({
  name: 'nn_transpose_conv2d_s8',
  template: 'conv/transpose-conv2d-s8',
  struct: struct('nn_transpose_conv_s8', 'Transposed convolution.', {
    ...PLACEMENT,
    requantize: REQUANTIZE,
    input_zero: 'int16_t',
    weight_zero: 'int16_t',
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  }),
  parameters: 'const int8_t *input, int8_t *output',
  axes: { rounding: ROUNDING_AXIS },
});

const transposeConv2dS8: Kernel<TransposeConv2dAttrs> = {
  name: 'transpose_conv2d_s8_c',
  units: [integerUnits],
  reject: (node) => (node.inputs[0]!.dtype === 'int8' ? rejectWindow(node) : 'takes int8'),
  cost: (node) => ({
    work: workOf(node),
    constantBytes:
      elements(node.inputs[1]!) + 4 * channelsOf(node) + requantizeBytes(multipliers(node)),
    scratchBytes: 0,
    calls: [integerUnits({ rounding: node.attrs.rounding })],
  }),
  code: (node) => [
    call(integerUnits({ rounding: node.attrs.rounding }), {
      ...placement(node),
      requantize: requantizeFields(node, multipliers(node)),
      input_zero: perTensor(node.inputs[0]!).zeroPoint,
      weight_zero: weightZeroPoint(node.inputs[1]!),
      weights: table('weights', weighted.int8Weights(node)),
      bias: table('bias', weighted.biasOf(node, channelsOf(node))),
    }),
  ],
};

const wideUnits = unitFamily({
  name: 'nn_transpose_conv2d_s16',
  template: 'conv/transpose-conv2d-s16',
  headers: ['nn_types.h', 'nn_wide.h'],
  struct: struct('nn_transpose_conv_s16', 'Transposed convolution on 16 bits.', {
    ...PLACEMENT,
    requantize: REQUANTIZE,
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  }),
  parameters: 'const int16_t *input, int16_t *output',
  axes: { sums: SUMS_AXIS },
});

const transposeConv2dS16: Kernel<TransposeConv2dAttrs> = {
  name: 'transpose_conv2d_s16_c',
  units: [wideUnits],
  reject: (node) => (isWide(node) ? rejectWindow(node) : 'takes int16'),
  cost(node) {
    const { sums, bytes } = wideLayerOf(node);
    const work = workOf(node);
    return {
      work: { ...work, wide: sums === 'wide' ? work.macs : 0 },
      constantBytes: elements(node.inputs[1]!) + bytes,
      scratchBytes: 0,
      calls: [wideUnits({ sums })],
    };
  },
  code(node) {
    const { sums, bias, ...layer } = wideLayerOf(node);
    return [
      call(wideUnits({ sums }), {
        ...placement(node),
        requantize: requantizeFields(node, layer.multipliers),
        weights: table('weights', weighted.int8Weights(node)),
        bias,
      }),
    ];
  },
};

const floatUnits = unitFamily({
  name: 'nn_transpose_conv2d_f32',
  template: 'conv/transpose-conv2d-f32',
  struct: struct('nn_transpose_conv_f32', 'Transposed convolution in floating point.', {
    ...PLACEMENT,
    low: 'float',
    high: 'float',
    weights: 'const float *',
    bias: 'const float *',
  }),
  parameters: 'const nn_float *input, nn_float *output',
});

const transposeConv2dF32: Kernel<TransposeConv2dAttrs> = {
  name: 'transpose_conv2d_f32_c',
  units: [floatUnits],
  reject: (node) => (node.inputs[0]!.dtype === 'float32' ? rejectWindow(node) : 'takes float32'),
  cost: (node) => ({
    work: workOf(node),
    constantBytes: 4 * (elements(node.inputs[1]!) + channelsOf(node)),
    scratchBytes: 0,
    calls: [floatUnits({})],
  }),
  code(node) {
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    const fields = {
      ...placement(node),
      ...{ low, high },
      weights: table('weights', weighted.floatWeights(node)),
      bias: table('bias', weighted.floatBiasOf(node, channelsOf(node))),
    };
    return [call(floatUnits({}), fields)];
  },
};

export const transposeConv2dKernels = [transposeConv2dS8, transposeConv2dS16, transposeConv2dF32];

function channelsOf({ outputs }: Node): number {
  return outputs[0]!.shape[3]!;
}

function multipliers(node: Node) {
  return multipliersOf(node, channelsOf(node));
}

const wideLayerOf = memoise((node: Node) => {
  const rows = channelsOf(node);
  const data = weighted.int8Weights(node);
  return wideLayer(node, { rows, columns: data.length / rows, data }, multipliers(node));
});

function placement(node: Node) {
  const [batches = 1, output_height = 1] = node.outputs[0]!.shape;
  return { window: windowFields(node, wholeLayout(node)), batches, output_height };
}

// Outputs, taps (a row of weights met by a row of channels) inside the input, and multiplications.
function workOf({ attrs, inputs, outputs }: Node) {
  const [batches = 1, inHeight = 1, inWidth = 1, depth = 1] = inputs[0]!.shape;
  const [, outHeight = 1, outWidth = 1, channels = 1] = outputs[0]!.shape;
  const along = (axis: 0 | 1, input: number, output: number) => {
    let taps = 0;
    for (let at = 0; at < input; at++)
      for (let k = 0; k < attrs.kernel[axis]; k++) {
        const to = at * attrs.stride[axis] - attrs.padding[axis] + k;
        if (to >= 0 && to < output) taps++;
      }
    return taps;
  };
  const taps = along(0, inHeight, outHeight) * along(1, inWidth, outWidth) * batches * channels;
  return { outputs: elements(outputs[0]!), taps, macs: taps * depth };
}
