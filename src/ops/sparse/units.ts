import { begin } from '../gemm/helpers.ts';
import { CONV_GEMM } from '../gemm/structs.ts';
import { OUTPUT_AXES, PARAMETERS, SAVED_BYTES } from '../gemm/units.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

/** Convolutions, eight pixels by one channel of single nonzero weights. */
export const convLanes = unitFamily({
  name: 'nn_sparse_8',
  template: 'sparse/conv-lanes',
  headers: [
    ...['nn_asm.h', 'nn_gemm_asm.h', 'nn_sparse_asm.h', 'nn_dsp.h', 'nn_gemm.h'],
    ...['nn_gemm_portable.h', 'nn_sparse.h'],
  ],
  struct: CONV_GEMM,
  parameters: PARAMETERS,
  axes: { near: { false: '', true: '_near' }, ...OUTPUT_AXES },
  uses: () => [begin('8', false)],
  assembly: { stackBytes: SAVED_BYTES + 8 },
});

/** Bytes of code for an entry of a format. */
export const LANE_ENTRY_BYTES = { near: 36, far: 38 };

/** Fully connected layers on single nonzero weights. */
export const denseRows = unitFamily({
  name: 'nn_sparse_row',
  template: 'sparse/dense-rows',
  headers: ['nn_asm.h', 'nn_sparse_asm.h', 'nn_dsp.h', 'nn_gemm_portable.h', 'nn_sparse.h'],
  struct: struct(
    'nn_dense_sparse',
    "A fully connected layer on sparse weights, the input's zero point in their biases. The assembly knows the offsets.",
    {
      batches: 'int32_t',
      depth: 'int32_t',
      outputs: 'int32_t',
      weights: 'const uint32_t *',
      scales: 'const uint32_t *',
      zero: 'int16_t',
      low: 'int16_t',
      high: 'int16_t',
    },
  ),
  parameters: 'const int8_t *input, int8_t *output',
  axes: { uniform: { false: '', true: '_uniform' }, ...OUTPUT_AXES },
  assembly: { stackBytes: 44 },
});
