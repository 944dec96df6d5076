/* nn_float_blocks.h -- sums of channels to outputs in single precision, where there is some in hardware. */
#ifndef NN_FLOAT_BLOCKS_H
#define NN_FLOAT_BLOCKS_H

#include "nn_float_rounding.h"

/* nn_requantize_float plus the zero point, given as 2 * zero + 1, for |sum| < 2^29 and right shifts of 0 to 31: in hardware where
   there is some, which converts, multiplies and rounds in just these steps. */
static inline int32_t nn_block_float_any(int32_t sum, int32_t multiplier, int32_t right, int32_t odd_zero)
{
#if defined(__ARM_FP) && defined(__GNUC__)
    const union {
        uint32_t bits;
        float value;
    } power = { (uint32_t)(96 - right) << 23 }; /* 2^(-31 - right) */
    const float scaled = (float)sum * ((float)multiplier * power.value);
    int32_t whole;
    __asm__("vcvtr.s32.f32 %0, %1" : "=t"(whole) : "t"(scaled));
    return whole + (odd_zero >> 1);
#else
    return nn_requantize_float(sum, multiplier, -right) + (odd_zero >> 1);
#endif
}

#endif
