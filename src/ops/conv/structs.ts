import { REQUANTIZE } from '../requantize.ts';
import { struct } from '../struct.ts';

export const WINDOW = struct(
  'nn_window',
  'Placement of a window that slides over input [y, x, c]; a ring holds so many rows of a tensor.',
  {
    input_height: 'int16_t',
    input_width: 'int16_t',
    input_channels: 'int16_t',
    input_ring: 'int16_t',
    output_width: 'int16_t',
    output_channels: 'int16_t',
    output_ring: 'int16_t',
    kernel_height: 'int16_t',
    kernel_width: 'int16_t',
    stride_y: 'int16_t',
    stride_x: 'int16_t',
    dilation_y: 'int16_t',
    dilation_x: 'int16_t',
    pad_top: 'int16_t',
    pad_left: 'int16_t',
  },
);

export const CONV_S8 = struct(
  'nn_conv_s8',
  'Convolutions; depth: input channels of one group, or outputs of one input channel.',
  {
    window: WINDOW,
    requantize: REQUANTIZE,
    input_zero: 'int16_t',
    weight_zero: 'int16_t',
    depth: 'int16_t',
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  },
);

export const CONV_S8_DSP = struct(
  'nn_conv_s8_dsp',
  "Weights re-ordered for the DSP extension, the input's zero point in the bias; pairs: words of one pixel and of two channels (taps, rounded up, by two).",
  {
    window: WINDOW,
    requantize: REQUANTIZE,
    input_zero: 'int16_t',
    pairs: 'int16_t',
    weights: 'const uint32_t *',
    bias: 'const int32_t *',
  },
);

export const DEPTHWISE_3X3 = struct(
  'nn_depthwise_3x3',
  'Depthwise 3x3, weights [c][9]: a channel at a time, its rows gathered into lines of `line` bytes, `block` output rows for each gathering.',
  {
    window: WINDOW,
    requantize: REQUANTIZE,
    input_zero: 'int16_t',
    line: 'int16_t',
    block: 'int16_t',
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  },
);

export const DEPTHWISE_COLUMNS = struct(
  'nn_depthwise_columns',
  'Depthwise, weights [o][ky, kx], the zero point of the input in the bias; depth: outputs of one input channel; lines of so many bytes, of which so many are copied; no lines: rows are read where they lie.',
  {
    window: WINDOW,
    requantize: REQUANTIZE,
    input_zero: 'int16_t',
    depth: 'int16_t',
    padded_rows: 'int16_t',
    lines: 'int16_t',
    line: 'int32_t',
    copied: 'int32_t',
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  },
);

export const CONV_F32 = struct('nn_conv_f32', 'Convolutions in floating point.', {
  window: WINDOW,
  depth: 'int16_t',
  low: 'float',
  high: 'float',
  weights: 'const float *',
  bias: 'const float *',
});
