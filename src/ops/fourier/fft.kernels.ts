import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { factorsOf, MOST_STAGES, sizesOf, twiddlesOf } from './stages.ts';
import type { FftAttrs, FftNode } from './stages.ts';

const units = unitFamily({
  name: 'nn_fft_f32',
  template: 'fourier/fft-f32',
  struct: struct(
    'nn_fft_f32_layer',
    'Fourier transforms in stages of one factor each; twiddles: pairs of real and imaginary parts.',
    {
      count: 'int32_t',
      length: 'int32_t',
      stages: 'int32_t',
      factors: ['int8_t', MOST_STAGES],
      inverse: 'int32_t',
      scale: 'float',
      twiddles: 'const float *',
    },
  ),
  parameters: 'const nn_float *input, nn_float *output, nn_float *scratch',
});

const portable: Kernel<FftAttrs> = {
  name: 'fft_f32_c',
  units: [units],
  reject: () => undefined,
  cost: (node) => ({
    work: workOf(node),
    constantBytes: twiddlesOf(node).byteLength,
    scratchBytes: 8 * sizesOf(node).length,
    calls: [units({})],
  }),
  code(node) {
    const { count, length } = sizesOf(node);
    const factors = factorsOf(length)!;
    const fields = {
      ...{ count, length, stages: factors.length },
      factors: [...factors, ...Array<number>(MOST_STAGES - factors.length).fill(1)],
      inverse: node.attrs.inverse ? 1 : 0,
      scale: Math.fround(1 / length),
      twiddles: table('twiddles', twiddlesOf(node)),
    };
    return [call(units({}), fields)];
  },
};

export const fftKernels = [portable];

// Numbers that go through stages of each kind, the products within those of odd factors, and numbers that are scaled.
function workOf(node: FftNode) {
  const { count, length } = sizesOf(node);
  const factors = factorsOf(length)!;
  const all = count * length;
  const of = (fits: (factor: number) => boolean) => all * factors.filter(fits).length;
  return {
    transforms: count,
    twos: of((factor) => factor === 2),
    fours: of((factor) => factor === 4),
    odds: of((factor) => factor % 2 === 1),
    products: factors
      .filter((factor) => factor % 2 === 1)
      .reduce((sum, factor) => sum + (all / factor) * ((factor - 1) / 2) ** 2, 0),
    scaled: node.attrs.inverse ? all : 0,
  };
}
