import { dense } from '../../encode/dense.ts';
import { tapPairs } from '../../encode/tap-pairs.ts';
import { elements, perTensor, weightZeroPoint } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { table } from '../constant-array.ts';
import { alsoInFloat, roundingInFloat } from '../float-rounding.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { requantizeBytes, requantizeFields } from '../requantize.ts';
import { unitFamily } from '../unit.ts';
import * as weighted from '../weighted.ts';
import { portableUnits } from '../weighted-units.ts';
import { wideConvolution } from './conv-s16.kernels.ts';
import { byChannel, byTap, channelsOf, depthMultiplier, rejectDsp } from './depthwise-channels.ts';
import { depthwiseColumns, depthwiseColumnsInFloat } from './depthwise-columns.kernel.ts';
import { depthwise3x3S8Dsp } from './depthwise-3x3.kernel.ts';
import { depthwiseColumn } from './depthwise-column.kernel.ts';
import { depthwiseLines } from './depthwise-lines.kernel.ts';
import { stripKernels } from './depthwise-strips.kernels.ts';
import type { DepthwiseAttrs, FixedDepthwise } from './depthwise.ts';
import { multipliersOf, rejectWindow, windowFields } from './fields.ts';
import { CONV_F32, CONV_S8, CONV_S8_DSP } from './structs.ts';
import { windowWork } from './window-work.ts';

const dspUnits = unitFamily({
  name: 'nn_depthwise_s8_dsp',
  template: 'conv/depthwise-s8-dsp',
  headers: ['nn_dsp.h'],
  struct: CONV_S8_DSP,
  parameters: 'const int8_t *input, int8_t *output, int32_t *scratch, int32_t first, int32_t last',
  axes: weighted.DSP_AXES,
});

const depthwiseS8Dsp: Kernel<FixedDepthwise> = {
  name: 'depthwise_s8_dsp',
  units: [dspUnits],
  rows: true,
  formats: [tapPairs],
  reject: rejectDsp,
  cost(node, { format }) {
    const { matrix, multipliers } = channelsOf(node);
    const outputs = elements(node.outputs[0]!);
    const taps = matrix.columns;
    const pixels = outputs / matrix.rows;
    return {
      work: { pixels, taps: pixels * taps, outputs, pairs: outputs * Math.ceil(taps / 2) },
      constantBytes: format!.bytes(matrix) + 4 * matrix.rows + requantizeBytes(multipliers),
      // An offset for each tap, an even number of them, and a line of zero points.
      scratchBytes: Math.ceil(taps / 2) * 8 + matrix.rows,
      calls: [dspUnits(weighted.dspVariant(node, multipliers))],
    };
  },
  code(node, { format }, layout) {
    const { matrix, bias, multipliers } = channelsOf(node);
    return [
      call(dspUnits(weighted.dspVariant(node, multipliers)), {
        window: windowFields(node, layout),
        requantize: requantizeFields(node, multipliers, (shift) => -shift),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        pairs: Math.ceil(matrix.columns / 2),
        weights: table('weights', format!.encode(matrix), format!.name),
        bias: table('bias', bias),
      }),
    ];
  },
};

const units = portableUnits({
  name: 'nn_depthwise_s8',
  template: 'conv/depthwise-s8',
  struct: CONV_S8,
  parameters: 'const int8_t *input, int8_t *output, int32_t first, int32_t last',
});

const depthwiseS8: Kernel<FixedDepthwise> = {
  name: 'depthwise_s8_c',
  units: [units.fixed],
  rows: true,
  formats: [dense],
  reject: (node) => (node.inputs[0]!.dtype === 'int8' ? rejectWindow(node) : 'takes int8'),
  cost(node, { format }) {
    const channels = node.outputs[0]!.shape[3]!;
    const multipliers = multipliersOf(node, channels);
    return {
      work: { ...windowWork(node), ...weighted.variantWork(node, windowWork(node).taps) },
      constantBytes: format!.bytes(byTap(node)) + 4 * channels + requantizeBytes(multipliers),
      scratchBytes: 0,
      calls: [units.fixedOf(node)],
    };
  },
  code(node, { format }, layout) {
    const channels = node.outputs[0]!.shape[3]!;
    return [
      call(units.fixedOf(node), {
        window: windowFields(node, layout),
        requantize: requantizeFields(node, multipliersOf(node, channels)),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        weight_zero: weightZeroPoint(node.inputs[1]!),
        depth: depthMultiplier(node),
        weights: table('weights', format!.encode(byTap(node)), format!.name),
        bias: table('bias', weighted.biasOf(node, channels)),
      }),
    ];
  },
};

const floatUnits = unitFamily({
  name: 'nn_depthwise_f32',
  template: 'conv/depthwise-f32',
  struct: CONV_F32,
  parameters: 'const nn_float *input, nn_float *output, int32_t first, int32_t last',
});

const depthwiseF32: Kernel<FixedDepthwise> = {
  name: 'depthwise_f32_c',
  units: [floatUnits],
  rows: true,
  reject: (node) => (node.inputs[0]!.dtype === 'float32' ? rejectWindow(node) : 'takes float32'),
  cost: (node) => ({
    work: windowWork(node),
    constantBytes: 4 * (elements(node.inputs[1]!) + node.outputs[0]!.shape[3]!),
    scratchBytes: 0,
    calls: [floatUnits({})],
  }),
  code(node, _, layout) {
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    return [
      call(floatUnits({}), {
        window: windowFields(node, layout),
        depth: depthMultiplier(node),
        low,
        high,
        weights: table('weights', weighted.floatWeights(node)),
        bias: table('bias', weighted.floatBiasOf(node, node.outputs[0]!.shape[3]!)),
      }),
    ];
  },
};

const DEPTHWISE = [
  ...[...stripKernels, depthwiseColumn, depthwiseLines],
  ...[depthwise3x3S8Dsp, depthwiseS8Dsp, depthwiseColumns, depthwiseS8],
];

export const depthwiseKernels: readonly Kernel<DepthwiseAttrs>[] = [
  ...DEPTHWISE.map((kernel) => alsoInFloat(kernel, 3)),
  depthwiseColumnsInFloat,
  roundingInFloat(depthwiseS8, {
    name: 'depthwise_s8_float_c',
    units: [units.inFloat],
    unitOf: units.inFloatOf,
    channelAxis: 3,
  }),
  alsoInFloat(
    wideConvolution({
      name: 'depthwise',
      template: 'depthwise-s16',
      matrix: byChannel,
      stored: byTap,
      depth: depthMultiplier,
      work: windowWork,
    }),
    3,
  ),
  alsoInFloat(depthwiseF32, 3),
];
