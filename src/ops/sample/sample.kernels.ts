import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { MOST_AXES, OUTSIDES, POSITIONS, sizesOf } from './sample-node.ts';
import type { SampleAttrs, SampleNode } from './sample-node.ts';

const units = unitFamily({
  name: 'nn_sample_f32',
  template: 'sample/sample-f32',
  headers: ['nn_functions.h', 'nn_math.h', 'nn_types.h'],
  struct: struct(
    'nn_sample_f32_layer',
    'Points sampled between pixels; outside: zeros, border, reflection; positions: pixels, centres, edges.',
    {
      batches: 'int32_t',
      points: 'int32_t',
      channels: 'int32_t',
      axes: 'int32_t',
      sizes: ['int32_t', MOST_AXES],
      outside: 'int32_t',
      positions: 'int32_t',
    },
  ),
  parameters: 'const nn_float *values, const nn_float *positions, nn_float *output',
  axes: { mode: { nearest: '_nearest', linear: '_linear', cubic: '_cubic' } },
});

const portable: Kernel<SampleAttrs> = {
  name: 'sample_f32_c',
  units: [units],
  reject: () => undefined,
  cost: (node) => plainCost(workOf(node), [units({ mode: node.attrs.mode })]),
  code(node) {
    const { mode, outside, positions } = node.attrs;
    const { batches, points, channels, sizes } = sizesOf(node);
    const fields = {
      ...{ batches, points, channels, axes: sizes.length },
      sizes: [...Array<number>(MOST_AXES - sizes.length).fill(1), ...sizes],
      outside: OUTSIDES.indexOf(outside),
      positions: POSITIONS.indexOf(positions),
    };
    return [call(units({ mode }), fields, { inputs: [0, 1] })];
  },
};

export const sampleKernels = [portable];

// Points along each axis, whose weights hang on the mode, their taps, and multiplications.
function workOf(node: SampleNode) {
  const { batches, points, channels, taps, sizes } = sizesOf(node);
  const all = batches * points;
  const axes = all * sizes.length;
  return {
    nearest: node.attrs.mode === 'nearest' ? axes : 0,
    linear: node.attrs.mode === 'linear' ? axes : 0,
    cubic: node.attrs.mode === 'cubic' ? axes : 0,
    taps: all * taps,
    macs: all * taps * channels,
  };
}
