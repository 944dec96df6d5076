/* nn_float_rounding.h -- products rounded to single precision and then to whole numbers, in integers. */
#ifndef NN_FLOAT_ROUNDING_H
#define NN_FLOAT_ROUNDING_H

#include "nn.h"

/* value / 2^shift to the nearest whole number, halves to the even one; shift below 63. */
static inline uint64_t nn_half_even(uint64_t value, int32_t shift)
{
    if (shift <= 0) {
        return value;
    }
    const uint64_t half = (uint64_t)1 << (shift - 1);
    const uint64_t rest = value & (2u * half - 1u);
    const uint64_t whole = value >> shift;
    return whole + (rest > half || (rest == half && (whole & 1u)) ? 1u : 0u);
}

/* As single precision holds it: 24 significant bits; value below 2^56. */
static inline uint64_t nn_round_24_bits(uint64_t value)
{
    const uint32_t high = (uint32_t)(value >> 24);
    if (high == 0u) {
        return value;
    }
    const int32_t drop = 32 - __builtin_clz(high);
    return nn_half_even(value, drop) << drop;
}

/* round(f32(f32(acc) * scale)), halves to even; scale = multiplier / 2^31 * 2^shift, of 24 significant bits and
   below 2^24. What single precision computes, saturated to 32 bits. */
static inline int32_t nn_requantize_float(int32_t acc, int32_t multiplier, int32_t shift)
{
    const uint32_t magnitude = acc < 0 ? 0u - (uint32_t)acc : (uint32_t)acc;
    const uint64_t product = nn_round_24_bits(magnitude) * ((uint32_t)multiplier >> 7);
    const uint64_t whole = nn_half_even(nn_round_24_bits(product), 24 - shift);
    const int32_t bounded = whole > INT32_MAX ? INT32_MAX : (int32_t)whole;
    return acc < 0 ? -bounded : bounded;
}

#endif
