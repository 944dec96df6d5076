/* nn_wide.h -- sums of layers with 16-bit activations. */
#ifndef NN_WIDE_H
#define NN_WIDE_H

#include "nn_types.h"

/* a bias of two words, the lower one first */
static inline int64_t nn_wide_bias(const int32_t *bias, int32_t o)
{
    return (int64_t)(((uint64_t)(uint32_t)bias[2 * o + 1] << 32) | (uint32_t)bias[2 * o]);
}

/* a sum below 2^47 in size times 15 bits, halves up (TFLite, MultiplyByQuantizedMultiplier on int64) */
static inline int32_t nn_requantize_wide(int64_t sum, int32_t multiplier, int32_t shift)
{
    return (int32_t)((sum * multiplier + ((int64_t)1 << (shift - 1))) >> shift);
}

#endif
