/* nn_conv.h -- parameters of the convolutions and of pooling. */
#ifndef NN_CONV_H
#define NN_CONV_H

#include "nn.h"

/* Placement of a window that slides over input [y, x, c]. */
typedef struct {
    int16_t input_height, input_width, input_channels, input_ring;
    int16_t output_width, output_channels, output_ring;
    int16_t kernel_height, kernel_width;
    int16_t stride_y, stride_x, dilation_y, dilation_x, pad_top, pad_left;
} nn_window;

/* Accumulator to output: multiplier and shift of channel o stand at index o * step. */
typedef struct {
    const int32_t *multiplier;
    const int8_t *shift;
    int16_t step, zero, low, high;
} nn_requantize;

typedef struct {
    nn_window window;
    nn_requantize requantize;
    int16_t input_zero, weight_zero;
    int16_t depth; /* input channels of one group, or outputs of one input channel */
    const int8_t *weights;
    const int32_t *bias;
} nn_conv_s8;

/* Weights re-ordered for the DSP extension; the input's zero point is folded into the bias. */
typedef struct {
    nn_window window;
    nn_requantize requantize;
    int16_t input_zero;
    int16_t pairs; /* words of one pixel and of two channels: taps, rounded up, by two */
    const uint32_t *weights;
    const int32_t *bias;
} nn_conv_s8_dsp;

/* Depthwise 3x3: a channel at a time, its rows gathered into padded lines. */
typedef struct {
    nn_window window;
    nn_requantize requantize;
    int16_t input_zero;
    int16_t line, block; /* bytes of a line, output rows for each gathering */
    const int8_t *weights; /* [c][9] */
    const int32_t *bias;
} nn_depthwise_3x3;

typedef struct {
    nn_window window;
    int16_t depth;
    float low, high;
    const float *weights, *bias;
} nn_conv_f32;

typedef struct {
    nn_window window;
    int16_t low, high;
} nn_pool_s8;

typedef struct {
    nn_window window;
    float low, high;
} nn_pool_f32;

#endif
