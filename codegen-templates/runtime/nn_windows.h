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

#ifdef NN_PIXELS

/* Bytes, each NN_PIXELS further than the one before; where they are left out, so many of one value. */
static NN_KERNEL int8_t *nn_spread(const int8_t *from, int32_t value, int32_t count, int8_t *to)
{
    int8_t *const end = to + NN_PIXELS * count;
    if (from == NULL) {
        for (; to != end; to += NN_PIXELS) {
            *to = (int8_t)value;
        }
        return end;
    }
    for (; count >= 8; count -= 8, from += 8, to += 8 * NN_PIXELS) {
        to[0] = from[0];
        to[NN_PIXELS] = from[1];
        to[2 * NN_PIXELS] = from[2];
        to[3 * NN_PIXELS] = from[3];
        to[4 * NN_PIXELS] = from[4];
        to[5 * NN_PIXELS] = from[5];
        to[6 * NN_PIXELS] = from[6];
        to[7 * NN_PIXELS] = from[7];
    }
    for (; to != end; to += NN_PIXELS) {
        *to = *from++;
    }
    return end;
}

/* The window of output pixel (y, x), its taps NN_PIXELS apart. */
static inline void nn_spread_window(const nn_windows *windows, const int8_t *input, int32_t y, int32_t x, int8_t *to)
{
    const nn_window *w = &windows->window;
    const int32_t channels = w->input_channels, value = windows->input_zero;
    const int32_t first = x * w->stride_x - w->pad_left;
    const int inside = first >= 0 && first + w->kernel_width <= w->input_width && w->dilation_x == 1;
    int32_t in_y = y * w->stride_y - w->pad_top;
    for (int32_t ky = 0; ky < w->kernel_height; ky++, in_y += w->dilation_y) {
        const int in_rows = in_y >= 0 && in_y < w->input_height;
        const int8_t *row = input + (in_rows ? nn_ring_row(in_y, w->input_ring) * w->input_width * channels : 0);
        if (!in_rows || inside) {
            to = nn_spread(in_rows ? row + first * channels : NULL, value, w->kernel_width * channels, to);
            continue;
        }
        for (int32_t kx = 0; kx < w->kernel_width; kx++) {
            const int32_t in_x = first + kx * w->dilation_x;
            to = nn_spread(in_x >= 0 && in_x < w->input_width ? row + in_x * channels : NULL, value, channels, to);
        }
    }
}

#endif

#endif
