import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { product } from '../../support/bytes.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import type { AnyRounding } from '../../support/fixed-point.ts';
import { ROUNDING_AXIS } from '../requantize.ts';
import { carriesOf } from '../shape/strided.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import type { KernelUnit } from '../unit.ts';
import { isWide } from '../wide.ts';
import { REDUCE_LOOPS, reduceFields } from './axes.ts';
import { constantsOf, divisorOf } from './mean-constants.ts';
import type { MeanAttrs } from './mean-constants.ts';
import { meanPlaneKernel } from './mean-plane.kernel.ts';

type MeanNode = TypedNode<MeanAttrs>;

const INTEGER = {
  template: 'reduce/mean-s8',
  struct: struct(
    'nn_mean_s8_layer',
    'Mean over the axes whose step in the output is 0; the count is folded into the multiplier.',
    {
      ...REDUCE_LOOPS,
      offset: 'int32_t',
      multiplier: 'int32_t',
      shift: 'int32_t',
      zero: 'int32_t',
    },
  ),
  parameters: 'const int8_t *input, int8_t *output, int32_t *scratch',
} as const;

const fixedUnits = unitFamily({
  ...INTEGER,
  name: 'nn_mean_s8',
  axes: { rounding: ROUNDING_AXIS },
});

const roundingUnits = unitFamily({
  ...INTEGER,
  name: 'nn_mean_s8_float',
  headers: ['nn_float_rounding.h'],
  view: { rounding: 'float' },
});

const fixedKernel = integerKernel('mean_s8_c', [fixedUnits], (rounding) =>
  rounding === 'float' ? undefined : fixedUnits({ rounding }),
);

const roundingKernel = integerKernel('mean_s8_float_c', [roundingUnits], (rounding) =>
  rounding === 'float' ? roundingUnits({}) : undefined,
);

// `unitOf` gives the C function of a rounding, if there is one.
function integerKernel(
  name: string,
  units: Kernel['units'],
  unitOf: (rounding: AnyRounding) => KernelUnit<(typeof INTEGER)['struct']['members']> | undefined,
): Kernel<MeanAttrs> {
  return {
    ...{ name, units },
    reject({ attrs, outputs }) {
      if (outputs[0]!.dtype !== 'int8') return 'takes int8';
      return unitOf(attrs.rounding) ? undefined : 'rounds otherwise';
    },
    cost: (node) => ({
      work: workOf(node),
      constantBytes: 0,
      scratchBytes: elements(node.outputs[0]!) * 4,
      calls: [unitOf(node.attrs.rounding)!],
    }),
    code(node) {
      const { offset, by, zero } = constantsOf(node);
      const { multiplier, shift } = by;
      const unit = unitOf(node.attrs.rounding)!;
      return [call(unit, { ...loopFields(node), offset, multiplier, shift, zero })];
    },
  };
}

const wideUnits = unitFamily({
  name: 'nn_mean_s16',
  template: 'reduce/mean-s16',
  headers: ['nn_types.h'],
  struct: struct(
    'nn_mean_s16_layer',
    'Mean of int16 over the axes whose step in the output is 0.',
    {
      ...REDUCE_LOOPS,
      multiplier: 'int32_t',
      shift: 'int32_t',
    },
  ),
  parameters: 'const int16_t *input, int16_t *output, int32_t *scratch',
});

const wideKernel: Kernel<MeanAttrs> = {
  name: 'mean_s16_c',
  units: [wideUnits],
  reject: (node) => (isWide(node) ? undefined : 'takes int16'),
  cost: (node) => ({
    work: workOf(node),
    constantBytes: 0,
    scratchBytes: elements(node.outputs[0]!) * 4,
    calls: [wideUnits({})],
  }),
  code(node) {
    const { multiplier, shift } = constantsOf(node).by;
    return [call(wideUnits({}), { ...loopFields(node), multiplier, shift })];
  },
};

const floatUnits = unitFamily({
  name: 'nn_mean_f32',
  template: 'reduce/mean-f32',
  struct: struct('nn_mean_f32_layer', 'Mean over the axes whose step in the output is 0.', {
    ...REDUCE_LOOPS,
    count: 'float',
  }),
  parameters: 'const nn_float *input, nn_float *output',
});

const floatKernel: Kernel<MeanAttrs> = {
  name: 'mean_f32_c',
  units: [floatUnits],
  reject: (node) => (node.outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node) => plainCost(workOf(node), [floatUnits({})]),
  code: (node) => [call(floatUnits({}), { ...loopFields(node), count: divisorOf(node) })],
};

export const meanKernels = [meanPlaneKernel, fixedKernel, roundingKernel, wideKernel, floatKernel];

function workOf({ inputs, outputs }: MeanNode) {
  const { shape } = inputs[0]!;
  return { outputs: elements(outputs[0]!), inputs: product(shape), carries: carriesOf(shape) };
}

function loopFields({ attrs, inputs, outputs }: MeanNode) {
  return reduceFields(inputs[0]!, attrs.axes, outputs[0]!);
}
