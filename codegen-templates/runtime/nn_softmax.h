/* nn_softmax.h -- gemmlowp's fixed-point functions for softmax and log-softmax. */
#ifndef NN_SOFTMAX_H
#define NN_SOFTMAX_H

#include "nn.h"

static inline int32_t nn_max_s8(const int8_t *row, int32_t depth)
{
    int32_t most = row[0];
    for (int32_t i = 1; i < depth; i++) {
        most = row[i] > most ? row[i] : most;
    }
    return most;
}

static inline int32_t nn_leading_zeros(int32_t x)
{
    return x == 0 ? 32 : __builtin_clz((uint32_t)x);
}

static inline int32_t nn_high_mul(int32_t a, int32_t b)
{
    return nn_requantize_double(a, b, 0);
}

/* saturating x * 2^exponent */
static inline int32_t nn_shift_left_saturated(int32_t x, int32_t exponent)
{
    const int64_t shifted = (int64_t)x * ((int64_t)1 << exponent);
    return shifted > INT32_MAX ? INT32_MAX : (shifted < INT32_MIN ? INT32_MIN : (int32_t)shifted);
}

static inline int32_t nn_rounding_shift(int32_t x, int32_t exponent)
{
    const int32_t mask = (int32_t)(((int64_t)1 << exponent) - 1);
    return (int32_t)((int64_t)x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0 ? 1 : 0) ? 1 : 0);
}

/* sum of the exponentials of a row, Q12, saturated: of so many values each has a share of nothing */
static inline int32_t nn_sum_exp(const int8_t *row, int32_t depth, int32_t most, const int32_t *exp, int32_t count)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < depth; i++) {
        const int32_t difference = most - row[i];
        const int32_t next = difference < count ? nn_rounding_shift(exp[difference], 12) : 0;
        sum = sum > INT32_MAX - next ? INT32_MAX : sum + next;
    }
    return sum;
}

/* 1 / (1 + a) for a in [0, 1), Q0 to Q0: three steps of Newton's division */
static inline int32_t nn_one_over_one_plus(int32_t a)
{
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) >> 1);
    int32_t x = nn_add(1515870810, nn_high_mul(half, -1010580540));
    for (int i = 0; i < 3; i++) {
        const int32_t error = nn_add(1 << 29, -nn_high_mul(half, x));
        x = nn_add(x, nn_shift_left_saturated(nn_high_mul(x, error), 2));
    }
    return nn_shift_left_saturated(x, 1);
}

#endif
