/* nn_pool.h -- the part of a pooling window that lies inside the input. */
#ifndef NN_POOL_H
#define NN_POOL_H

#include "nn_kernels.h"

typedef struct {
    int32_t top, bottom, left, right; /* rows top to bottom - 1, columns left to right - 1 */
} nn_inside;

static inline nn_inside nn_window_inside(const nn_window *w, int32_t y, int32_t x)
{
    const int32_t in_y = y * w->stride_y - w->pad_top, in_x = x * w->stride_x - w->pad_left;
    const nn_inside inside = {
        in_y < 0 ? 0 : in_y, nn_least(in_y + w->kernel_height, w->input_height),
        in_x < 0 ? 0 : in_x, nn_least(in_x + w->kernel_width, w->input_width)
    };
    return inside;
}

#endif
