import { WINDOW } from '../conv/structs.ts';
import { struct } from '../struct.ts';

export const CONV_GEMM = struct(
  'nn_conv_gemm',
  "A convolution on weights in pairs, the input's zero point in their biases; pairs: words of a window; line: bytes of a padded input row, 0 where windows never leave the input; exact channels: see nn_gemm_exact.",
  {
    window: WINDOW,
    input_zero: 'int16_t',
    weight_zero: 'int16_t',
    zero: 'int16_t',
    low: 'int16_t',
    high: 'int16_t',
    pairs: 'int16_t',
    single: 'int16_t',
    exact_count: 'int16_t',
    line: 'int32_t',
    exact_at: 'int32_t',
    weights: 'const uint32_t *',
  },
);

export const DENSE_GEMM = struct(
  'nn_dense_gemm',
  "A fully connected layer on weights in pairs, the input's zero point in their biases; scales_step: bytes to the scales of the next outputs.",
  {
    batches: 'int32_t',
    depth: 'int32_t',
    outputs: 'int32_t',
    pairs: 'int32_t',
    scales_step: 'int32_t',
    weight_zero: 'int16_t',
    zero: 'int16_t',
    low: 'int16_t',
    high: 'int16_t',
    single: 'int16_t',
    exact_count: 'int16_t',
    exact_at: 'int32_t',
    weights: 'const uint32_t *',
    scales: 'const uint32_t *',
  },
);
