/* nn_shape.h -- parameters of the kernels that move or resample elements. */
#ifndef NN_SHAPE_H
#define NN_SHAPE_H

#include "nn.h"

/* Six nested loops that move runs of bytes; all lengths and steps in bytes. */
typedef struct {
    int32_t sizes[6], from_steps[6], to_steps[6];
    int32_t from, to, run;
} nn_strided_copy;

typedef struct {
    int32_t count;
    int32_t value;
} nn_fill_s8_layer;

typedef struct {
    int32_t count;
    float value;
} nn_fill_f32_layer;

/* input [batches, y, x, c] to another height and width */
typedef struct {
    int32_t batches, input_height, input_width, output_height, output_width, channels;
    /* The input position of an output position v is v * scale + offset: in 1/1024 for bilinear int8. */
    int32_t scale_y, scale_x, offset_y, offset_x;
} nn_resize_s8;

typedef struct {
    int32_t batches, input_height, input_width, output_height, output_width, channels;
    int32_t half_pixel;
    float scale_y, scale_x;
} nn_resize_f32;

/* Nearest neighbour: the input row and column of each output row and column. */
typedef struct {
    int32_t batches, input_height, input_width, output_height, output_width, bytes;
    const int16_t *rows, *columns;
} nn_resize_nearest_layer;

/* Mean over the axes whose bit is set in `reduced`; the count is folded into multiplier and shift. */
typedef struct {
    int32_t sizes[6], to_steps[6];
    int32_t outputs;
    int32_t offset, multiplier, shift, zero;
} nn_mean_s8_layer;

typedef struct {
    int32_t sizes[6], to_steps[6];
    int32_t outputs;
    float count;
} nn_mean_f32_layer;

typedef struct {
    int32_t count, zero;
    float scale;
} nn_quantize;

#endif
