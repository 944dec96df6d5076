/* nn_gemm_portable.h -- what the portable twins of the gemm assembly share. */
#ifndef NN_GEMM_PORTABLE_H
#define NN_GEMM_PORTABLE_H

#include "nn_dsp.h"

/* Byte `i` of words as they lie in a little-endian memory. */
static inline int32_t nn_gemm_byte(const uint32_t *words, int32_t i)
{
    return (int32_t)((words[i / 4] >> (8 * (i % 4))) & 255u);
}

static inline int32_t nn_gemm_half(const uint32_t *words, int32_t i)
{
    return (int32_t)((words[i / 2] >> (16 * (i % 2))) & 0xffffu);
}

/* The sums of one pixel with channels A and B: doubled, less the weights' zero point. */
static inline void nn_gemm_split(int32_t both, int32_t low, int32_t zero_sum, int32_t *twice)
{
    twice[0] = ((int32_t)((uint32_t)both - (uint32_t)low) >> 7) - zero_sum;
    twice[1] = low * 2 - zero_sum;
}

/*
 * Doubled sum to output, not yet saturated: the forms of requantization that the assembly knows.
 * `left` and `right` are the shifts before and after the multiplication.
 */

static inline int32_t nn_gemm_double_floor(int32_t twice, int32_t multiplier, int32_t right, int32_t left, int32_t odd_zero)
{
    (void)left;
    return nn_smmlar(twice, multiplier, nn_shift_left(odd_zero, right) >> 1) >> right;
}

static inline int32_t nn_gemm_double_right(int32_t twice, int32_t multiplier, int32_t right, int32_t left, int32_t odd_zero)
{
    (void)left;
    return nn_output_double_right(twice, multiplier, right, odd_zero);
}

static inline int32_t nn_gemm_single_right(int32_t twice, int32_t multiplier, int32_t right, int32_t left, int32_t odd_zero)
{
    (void)left;
    return nn_output_single_right(twice, multiplier, right, odd_zero);
}

static inline int32_t nn_gemm_double_any(int32_t twice, int32_t multiplier, int32_t right, int32_t left, int32_t odd_zero)
{
    return nn_output_double_any(nn_shift_left(twice, left), multiplier, right, odd_zero);
}

/* Single rounding needs a right shift: one of zero is two shifts, one left, one right. */
static inline int32_t nn_gemm_single_any(int32_t twice, int32_t multiplier, int32_t right, int32_t left, int32_t odd_zero)
{
    const int32_t rounding = (int32_t)((1u << right) >> 1);
    return (nn_smmla(nn_shift_left(twice, left), multiplier, rounding) >> right) + (odd_zero >> 1);
}

/*
 * Forms whose last shift is by 17 whatever the channel: the sum is shifted left by 18 - right before the
 * multiplication. The assembly has the sums of even channels 256-fold: their `left` is 8 less. `addend` is
 * (2 * zero point + 1) << 16 and, where products are rounded, too, 2^(16 - right).
 */

static inline int32_t nn_gemm_fixed(int32_t twice, int32_t channel, int32_t multiplier, int32_t left, int32_t addend)
{
    const int32_t shifted = nn_shift_left(twice >> 1, left + (channel % 2 == 0 ? 8 : 0));
    return nn_smmla(shifted, multiplier, addend) >> 17;
}

/* Low and high stand in every byte of the words. */
static inline int8_t nn_gemm_clamp(int32_t value, uint32_t low, uint32_t high)
{
    return (int8_t)nn_clamp(value, (int8_t)(low & 255u), (int8_t)(high & 255u));
}

#endif
