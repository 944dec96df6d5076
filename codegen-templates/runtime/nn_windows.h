/* nn_windows.h -- the windows of a convolution one by one, for every core. */
#ifndef NN_WINDOWS_H
#define NN_WINDOWS_H

#include "nn_kernels.h"

/* The window of output pixel (y, x): where it lies, or gathered into `to`. */
static inline const int8_t *
nn_window_of(const nn_windows *windows, const int8_t *input, int32_t y, int32_t x, int8_t *to)
{
    const nn_window *w = &windows->window;
    const int32_t channels = w->input_channels;
    const int8_t *const gathered = to;
    int32_t in_y = y * w->stride_y - w->pad_top;
    if (windows->in_place) {
        return input + (nn_ring_row(in_y, w->input_ring) * w->input_width + x * w->stride_x) * channels;
    }
    for (int32_t ky = 0; ky < w->kernel_height; ky++, in_y += w->dilation_y) {
        const int in_rows = in_y >= 0 && in_y < w->input_height;
        const int8_t *row = input + (in_rows ? nn_ring_row(in_y, w->input_ring) * w->input_width * channels : 0);
        int32_t in_x = x * w->stride_x - w->pad_left;
        for (int32_t kx = 0; kx < w->kernel_width; kx++, in_x += w->dilation_x) {
            const int inside = in_rows && in_x >= 0 && in_x < w->input_width;
            const int8_t *from = row + in_x * channels;
            for (const int8_t *end = to + channels; to != end; to++) {
                *to = inside ? *from++ : (int8_t)windows->input_zero;
            }
        }
    }
    return gathered;
}

#endif
