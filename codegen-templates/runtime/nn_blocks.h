/* nn_blocks.h -- sums of channels to outputs, for every core. */
#ifndef NN_BLOCKS_H
#define NN_BLOCKS_H

#include "nn_kernels.h"
#include "nn_dsp.h"

/* Channels o to o + count - 1 of one pixel. */
static inline void nn_write_channels(const nn_requantize by, const int32_t *sums, int32_t o, int32_t count, int8_t *to)
{
    for (int32_t i = 0; i < count; i++) {
        const int32_t at = (o + i) * by.step;
        const int32_t value = NN_BLOCK_OUTPUT(sums[i] * 2, by.multiplier[at], by.shift[at], 2 * by.zero + 1);
        to[o + i] = (int8_t)nn_clamp(value, by.low, by.high);
    }
}

#endif
