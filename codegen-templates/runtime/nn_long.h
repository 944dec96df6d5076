/* nn_long.h -- arithmetic on 64-bit integers that is defined for all of them. */
#ifndef NN_LONG_H
#define NN_LONG_H

#include "nn.h"

static inline int64_t nn_long_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline int64_t nn_long_sub(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline int64_t nn_long_mul(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}

/* toward zero; 0 divides to 0, and what overflows wraps */
static inline int64_t nn_long_div(int64_t a, int64_t b)
{
    return b == 0 ? 0 : (b == -1 ? nn_long_sub(0, a) : a / b);
}

/* toward minus infinity */
static inline int64_t nn_long_floor_div(int64_t a, int64_t b)
{
    const int64_t quotient = nn_long_div(a, b);
    return b != 0 && nn_long_mul(quotient, b) != a && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/* of the divisor's sign */
static inline int64_t nn_long_floor_mod(int64_t a, int64_t b)
{
    return b == 0 ? 0 : nn_long_sub(a, nn_long_mul(nn_long_floor_div(a, b), b));
}

#endif
