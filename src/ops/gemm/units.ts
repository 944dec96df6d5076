import { unitFamily } from '../unit.ts';
import type { Form, GemmLayer } from './channels.ts';
import { begin, block, denseBegin, LARGEST_PAIRS, widenGroup } from './helpers.ts';
import { CONV_GEMM, DENSE_GEMM } from './structs.ts';

/** How outputs are requantized and clamped. */
export const OUTPUT_AXES = {
  form: {
    double_floor: '_floor',
    double_right: '',
    double_any: '_any',
    single_right: '_single',
    single_any: '_single_any',
  },
  clamps: { false: '', true: '_clamp' },
} as const;
/** The same of convolutions: see convForm. */
const CONV_OUTPUT_AXES = {
  ...OUTPUT_AXES,
  form: { ...OUTPUT_AXES.form, double_fixed: '_fixed', single_fixed: '_single_fixed' },
} as const;
const special = { false: '', true: '_special' } as const;
const CONV_AXES = { ...CONV_OUTPUT_AXES, special } as const;
const DENSE_AXES = { ...OUTPUT_AXES, special } as const;

/** Which of the kernels' variants a layer takes. */
export function variantOf<F extends Form>({ form, clamps, weightZero, exact }: GemmLayer<F>) {
  return { form, clamps, special: weightZero !== 0 || exact.length > 0 };
}

/** Of the kernels that gather windows, after the layer. */
export const PARAMETERS =
  'const int8_t *input, int8_t *output, uint32_t *scratch, int32_t first, int32_t last';
const HEADERS = ['nn_asm.h', 'nn_gemm_asm.h', 'nn_dsp.h', 'nn_gemm.h', 'nn_gemm_portable.h'];
const DENSE_HEADERS = ['nn_asm.h', 'nn_dsp.h', 'nn_dense_pairs.h', 'nn_gemm_portable.h'];

/** Registers that the assembly saves, and the work that it hands to the gathering. */
export const SAVED_BYTES = 52 + 148;

/** Four pixels by two channels: the fastest, for up to LARGEST_PAIRS. */
export const gemm4x2 = unitFamily({
  name: 'nn_gemm_4x2',
  template: 'gemm/gemm-4x2',
  headers: HEADERS,
  struct: CONV_GEMM,
  parameters: PARAMETERS,
  view: { pairs: String(LARGEST_PAIRS) },
  axes: CONV_AXES,
  uses: ({ form, special }) => [
    // Those that most layers take have the loop of their own.
    ...(form.endsWith('fixed') ? [] : [block()]),
    widenGroup('4'),
    begin('4', special),
  ],
  assembly: { stackBytes: SAVED_BYTES + 48 + 16 * LARGEST_PAIRS },
});

/** Two pixels by four channels: any number of pairs. */
export const gemm2x4 = unitFamily({
  name: 'nn_gemm_2x4',
  template: 'gemm/gemm-2x4',
  headers: HEADERS,
  struct: CONV_GEMM,
  parameters: PARAMETERS,
  axes: CONV_AXES,
  uses: ({ special }) => [widenGroup('2'), begin('2', special)],
  assembly: { stackBytes: SAVED_BYTES + 48 },
});

/** The same on blocks of four channels by two neighbouring taps. */
export const gemmBlocks = unitFamily({
  name: 'nn_gemm_2x4_blocks',
  template: 'gemm/gemm-2x4',
  headers: HEADERS,
  struct: CONV_GEMM,
  parameters: PARAMETERS,
  view: { blocks: true, special: false },
  axes: CONV_OUTPUT_AXES,
  uses: () => [widenGroup('2', 'natural'), begin('2', false, 'natural')],
  assembly: { stackBytes: SAVED_BYTES + 48 },
});

/** The same on weights of four bits. */
export const gemmNibbles = unitFamily({
  name: 'nn_gemm_2x4_nibbles',
  template: 'gemm/gemm-2x4',
  headers: [...HEADERS, 'nn_nibbles.h'],
  struct: CONV_GEMM,
  parameters: PARAMETERS,
  view: { nibbles: true, special: false },
  axes: CONV_OUTPUT_AXES,
  uses: () => [widenGroup('2'), begin('2', false)],
  assembly: { stackBytes: SAVED_BYTES + 64 },
});

/** The same on weights of two bits; `long`: with more than 64 taps, or more of one channel that are not zero. */
export const gemmTernary = unitFamily({
  name: 'nn_gemm_2x4_ternary',
  template: 'gemm/gemm-2x4',
  headers: [...HEADERS, 'nn_ternary.h'],
  struct: CONV_GEMM,
  parameters: PARAMETERS,
  view: { ternary: true, special: false },
  axes: { long: { false: '', true: '_long' }, ...CONV_OUTPUT_AXES },
  uses: () => [widenGroup('2'), begin('2', false)],
  assembly: { stackBytes: SAVED_BYTES + 72 },
});

/** Fully connected layers, four or eight outputs at a time. */
export const denseGemm = { 4: denseFamily('4'), 8: denseFamily('8') };

/** Fully connected layers on columns of eight outputs that are not zero. */
export const denseBlocks = unitFamily({
  name: 'nn_dense_8_blocks',
  template: 'gemm/dense',
  headers: DENSE_HEADERS,
  struct: DENSE_GEMM,
  parameters: 'const int8_t *input, int8_t *output, uint32_t *scratch',
  view: { outputs: '8', blocks: true, special: false },
  axes: OUTPUT_AXES,
  uses: () => [denseBegin('')],
  assembly: { stackBytes: 52 + 32 + 60 },
});

/** Fully connected layers on weights of four bits. */
export const denseNibbles = unitFamily({
  name: 'nn_dense_8_nibbles',
  template: 'gemm/dense',
  headers: [...DENSE_HEADERS, 'nn_nibbles.h'],
  struct: DENSE_GEMM,
  parameters: 'const int8_t *input, int8_t *output, uint32_t *scratch',
  view: { outputs: '8', nibbles: true, special: false },
  axes: OUTPUT_AXES,
  uses: () => [denseBegin('nibbles')],
  assembly: { stackBytes: 52 + 32 + 60 },
});

function denseFamily(outputs: '4' | '8') {
  return unitFamily({
    name: `nn_dense_${outputs}`,
    template: 'gemm/dense',
    headers: DENSE_HEADERS,
    struct: DENSE_GEMM,
    parameters: 'const int8_t *input, int8_t *output, uint32_t *scratch',
    view: { outputs },
    axes: DENSE_AXES,
    uses: ({ special }) => [denseBegin(special ? 'special' : '')],
    assembly: { stackBytes: 52 + 32 + 60 },
  });
}
