import { dense } from '../../encode/dense.ts';
import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor, weightZeroPoint } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { clampRange } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { alsoInFloat, roundingInFloat } from '../float-rounding.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { requantizeBytes, requantizeFields } from '../requantize.ts';
import { unitFamily } from '../unit.ts';
import { memoiseLayer } from '../rows.ts';
import * as weighted from '../weighted.ts';
import { portableUnits } from '../weighted-units.ts';
import { wideConvolution } from './conv-s16.kernels.ts';
import { conv2dBlocked } from './conv2d-blocked.kernel.ts';
import { conv2dBlocks, conv2dBlocksCoded, conv2dBlocksInFloat } from './conv2d-blocks.kernel.ts';
import { conv2dGemmKernels } from './conv2d-gemm.kernels.ts';
import { conv2dEntries } from './conv2d-entries.kernel.ts';
import { conv2dLanes } from './conv2d-lanes.kernel.ts';
import { conv2dNibbles } from './conv2d-nibbles.kernel.ts';
import { conv2dTernary } from './conv2d-ternary.kernel.ts';
import type { Conv2dAttrs, FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow, windowFields } from './fields.ts';
import { CONV_F32, CONV_S8 } from './structs.ts';
import { windowWork } from './window-work.ts';

type ConvNode = TypedNode<FixedConv2d>;

const units = portableUnits({
  name: 'nn_conv2d_s8',
  template: 'conv/conv2d-s8',
  struct: CONV_S8,
  parameters: 'const int8_t *input, int8_t *output, int32_t first, int32_t last',
});

const conv2dS8: Kernel<FixedConv2d> = {
  name: 'conv2d_s8_c',
  units: [units.fixed],
  rows: true,
  formats: [dense],
  reject: (node) => (node.inputs[0]!.dtype === 'int8' ? rejectWindow(node) : 'takes int8'),
  cost(node, { format }) {
    const matrix = matrixOf(node);
    return {
      work: portableWork(node),
      constantBytes:
        format!.bytes(matrix) + 4 * matrix.rows + requantizeBytes(multipliersOf(node, matrix.rows)),
      scratchBytes: 0,
      calls: [units.fixedOf(node)],
    };
  },
  code(node, { format }, layout) {
    const matrix = matrixOf(node);
    return [
      call(units.fixedOf(node), {
        window: windowFields(node, layout),
        requantize: requantizeFields(node, multipliersOf(node, matrix.rows)),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        weight_zero: weightZeroPoint(node.inputs[1]!),
        depth: node.inputs[1]!.shape[3]!,
        weights: table('weights', format!.encode(matrix), format!.name),
        bias: table('bias', weighted.biasOf(node, matrix.rows)),
      }),
    ];
  },
};

const floatUnits = unitFamily({
  name: 'nn_conv2d_f32',
  template: 'conv/conv2d-f32',
  struct: CONV_F32,
  parameters: 'const nn_float *input, nn_float *output, int32_t first, int32_t last',
});

const conv2dF32: Kernel<FixedConv2d> = {
  name: 'conv2d_f32_c',
  units: [floatUnits],
  rows: true,
  reject: (node) => (node.inputs[0]!.dtype === 'float32' ? rejectWindow(node) : 'takes float32'),
  cost: (node) => ({
    work: portableWork(node),
    constantBytes: 4 * (elements(node.inputs[1]!) + node.inputs[1]!.shape[0]!),
    scratchBytes: 0,
    calls: [floatUnits({})],
  }),
  code(node, _, layout) {
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    return [
      call(floatUnits({}), {
        window: windowFields(node, layout),
        depth: node.inputs[1]!.shape[3]!,
        low,
        high,
        weights: table('weights', weighted.floatWeights(node)),
        bias: table('bias', weighted.floatBiasOf(node, node.inputs[1]!.shape[0]!)),
      }),
    ];
  },
};

export const conv2dKernels: readonly Kernel<Conv2dAttrs>[] = [
  ...[
    ...conv2dGemmKernels,
    conv2dLanes,
    conv2dBlocked,
    conv2dNibbles,
    conv2dTernary,
    conv2dBlocks,
    conv2dBlocksCoded,
    conv2dEntries,
    conv2dS8,
  ].map((kernel) => alsoInFloat(kernel, 0)),
  conv2dBlocksInFloat,
  roundingInFloat(conv2dS8, {
    name: 'conv2d_s8_float_c',
    units: [units.inFloat],
    unitOf: units.inFloatOf,
    channelAxis: 0,
  }),
  alsoInFloat(conv2dS16(), 0),
  alsoInFloat(conv2dF32, 0),
];

function conv2dS16(): Kernel<FixedConv2d> {
  return wideConvolution({
    name: 'conv2d',
    template: 'conv2d-s16',
    matrix: (node) => matrixOf(node),
    stored: (node) => matrixOf(node),
    depth: ({ inputs }) => inputs[1]!.shape[3]!,
    work: portableWork,
  });
}

const matrixOf = memoiseLayer((node: ConvNode): WeightMatrix => {
  const [rows = 0, ...rest] = node.inputs[1]!.shape;
  return { rows, columns: product(rest), data: weighted.int8Weights(node) };
});

function portableWork(node: ConvNode) {
  const work = windowWork(node);
  const macs = work.taps * node.inputs[1]!.shape[3]!;
  return { ...work, macs, ...weighted.variantWork(node, macs) };
}
