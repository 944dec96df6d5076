import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { svdfMultipliers } from './svdf.ts';
import { SVDF_INPUTS as AT, svdfSizes } from './svdf-node.ts';
import type { SvdfAttrs } from './svdf-node.ts';

const SIZES = struct('nn_svdf_sizes', 'Of the filters over an input and over their last results.', {
  batches: 'int32_t',
  inputs: 'int32_t',
  units: 'int32_t',
  rank: 'int32_t',
  memory: 'int32_t',
});

const integerUnits = unitFamily({
  name: 'nn_svdf_s8',
  template: 'recurrent/svdf-s8',
  headers: ({ dsp }) => ['nn_types.h', ...(dsp ? ['nn_rows.h', 'nn_dsp.h'] : [])],
  struct: struct('nn_svdf_s8_layer', 'Filters over the input, then over their last results.', {
    sizes: SIZES,
    input_zero: 'int32_t',
    state_zero: 'int32_t',
    output_zero: 'int32_t',
    multiplier: ['int32_t', 2],
    shift: ['int32_t', 2],
  }),
  parameters: [
    'const int8_t *input, const int8_t *features, const void *times, const int32_t *bias',
    'const void *state, int8_t *output, void *next_state',
  ].join(', '),
  axes: { state: { int8: '', int16: '_s16' }, dsp: { false: '', true: '_dsp' } },
});

/** Bytes of the largest input that the DSP kernel widens on the stack. */
const MOST_INPUTS = 256;

function integerKernel(dsp: boolean): Kernel<SvdfAttrs> {
  const unitOf = (node: TypedNode<SvdfAttrs>) =>
    integerUnits({ dsp, state: node.inputs[AT.state]!.dtype === 'int8' ? 'int8' : 'int16' });
  return {
    name: dsp ? 'svdf_s8_dsp' : 'svdf_s8_c',
    units: [integerUnits],
    reject(node, { target }) {
      if (node.outputs[0]!.dtype !== 'int8') return 'takes int8';
      if (!dsp) return undefined;
      if (!target.dsp) return 'needs the DSP extension';
      const { inputs } = svdfSizes(node.attrs, node.inputs);
      return inputs <= MOST_INPUTS ? undefined : `its input has more than ${MOST_INPUTS} values`;
    },
    cost: (node) => plainCost(dsp ? dspWork(node) : work(node), [unitOf(node)]),
    code(node) {
      const multipliers = svdfMultipliers(node);
      const fields = {
        sizes: sizeFields(node),
        input_zero: perTensor(node.inputs[AT.x]!).zeroPoint,
        state_zero: perTensor(node.inputs[AT.state]!).zeroPoint,
        output_zero: perTensor(node.outputs[0]!).zeroPoint,
        multiplier: multipliers.map(({ multiplier }) => multiplier),
        shift: multipliers.map(({ shift }) => shift),
      };
      return [call(unitOf(node), fields, { inputs: [0, 1, 2, 3, 4], outputs: [0, 1] })];
    },
    updates: [{ input: AT.state, output: 1 }],
  };
}

const floatUnits = unitFamily({
  name: 'nn_svdf_f32',
  template: 'recurrent/svdf-f32',
  struct: struct('nn_svdf_f32_layer', 'The same in floating point.', {
    sizes: SIZES,
    low: 'float',
    high: 'float',
  }),
  parameters: [
    'const nn_float *input, const nn_float *features, const nn_float *times, const nn_float *bias',
    'const nn_float *state, nn_float *output, nn_float *next_state',
  ].join(', '),
});

const floatKernel: Kernel<SvdfAttrs> = {
  name: 'svdf_f32_c',
  units: [floatUnits],
  reject: ({ outputs }) => (outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node) => plainCost(work(node), [floatUnits({})]),
  code(node) {
    const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
    const fields = { sizes: sizeFields(node), low, high };
    return [call(floatUnits({}), fields, { inputs: [0, 1, 2, 3, 4], outputs: [0, 1] })];
  },
  updates: [{ input: AT.state, output: 1 }],
};

export const svdfKernels = [integerKernel(true), integerKernel(false), floatKernel];

function sizeFields({ attrs, inputs }: TypedNode<SvdfAttrs>) {
  const { batches, inputs: columns, units, memory } = svdfSizes(attrs, inputs);
  return { batches, inputs: columns, units, rank: attrs.rank, memory };
}

function work({ attrs, inputs }: TypedNode<SvdfAttrs>) {
  const { batches, inputs: columns, filters, memory, units } = svdfSizes(attrs, inputs);
  const all = batches * filters;
  return { macs: all * columns, taps: all * memory, filters: all, outputs: batches * units };
}

// Filters by four, or one in their place.
function dspWork(node: TypedNode<SvdfAttrs>) {
  const { batches, inputs, filters } = svdfSizes(node.attrs, node.inputs);
  const groups = batches * (Math.floor(filters / 4) + (filters % 4));
  const { taps, outputs } = work(node);
  return {
    products: 4 * groups * (inputs - (inputs % 4)),
    singles: 4 * groups * (inputs % 4),
    ...{ groups, taps, outputs, filters: batches * filters, widened: batches * inputs },
  };
}
