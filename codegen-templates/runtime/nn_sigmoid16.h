/* nn_sigmoid16.h -- the logistic function and tanh on 16 bits, by a table of 256 values with the way to the next
   one in the upper half. Source: TFLite's reference/integer_ops/logistic.h and tanh.h. */
#ifndef NN_SIGMOID16_H
#define NN_SIGMOID16_H

#include "nn.h"

/* x in 12 bits of fraction, below 2^15 in size: its place never reaches the table's end */
static inline int32_t nn_sigmoid16(const uint32_t *table, int32_t x)
{
    const uint32_t size = 3 * (uint32_t)(x < 0 ? -x : x);
    const uint32_t word = table[size >> 9];
    const int32_t value = (int32_t)(((word & 0xffffu) << 9) + (size & 0x1ffu) * (word >> 16));
    return (x >= 0 ? value + (1 << 9) : (1 << 25) - value + (1 << 9) - 1) >> 10;
}

static inline int32_t nn_tanh16(const uint32_t *table, int32_t x, int32_t multiplier, int32_t shift)
{
    const int32_t scaled = (x * multiplier + ((1 << shift) >> 1)) >> shift;
    const uint32_t size = (uint32_t)(scaled < 0 ? -scaled : scaled);
    const uint32_t at = size >> 8;
    int32_t value = 0xffff << 8;
    if (at < 255) {
        const uint32_t word = table[at];
        value = (int32_t)(((word & 0xffffu) << 8) + (size & 0xffu) * (word >> 16));
    }
    return (scaled >= 0 ? value - (1 << 23) + (1 << 7) : (1 << 23) - value + (1 << 7) - 1) >> 8;
}

static inline int32_t nn_clamp16(int32_t value)
{
    return nn_clamp(value, -32768, 32767);
}

#endif
