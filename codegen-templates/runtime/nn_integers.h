/* nn_integers.h -- arithmetic on 32-bit integers that is defined for all of them. */
#ifndef NN_INTEGERS_H
#define NN_INTEGERS_H

#include "nn.h"

static inline int32_t nn_mul(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

static inline int32_t nn_sub(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a - (uint32_t)b);
}

/* toward zero; 0 divides to 0, and what overflows wraps */
static inline int32_t nn_div(int32_t a, int32_t b)
{
    return b == 0 ? 0 : (b == -1 ? nn_sub(0, a) : a / b);
}

/* toward minus infinity */
static inline int32_t nn_floor_div(int32_t a, int32_t b)
{
    const int32_t quotient = nn_div(a, b);
    return b != 0 && nn_mul(quotient, b) != a && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/* of the divisor's sign */
static inline int32_t nn_floor_mod(int32_t a, int32_t b)
{
    return b == 0 ? 0 : nn_sub(a, nn_mul(nn_floor_div(a, b), b));
}

static inline int32_t nn_pow(int32_t base, int32_t exponent)
{
    int32_t power = 1;
    if (exponent < 0) {
        return base == 1 ? 1 : (base == -1 ? ((exponent & 1) != 0 ? -1 : 1) : 0);
    }
    for (; exponent > 0; exponent >>= 1) {
        power = (exponent & 1) != 0 ? nn_mul(power, base) : power;
        base = nn_mul(base, base);
    }
    return power;
}

static inline int32_t nn_squared_difference(int32_t a, int32_t b)
{
    const int32_t difference = nn_sub(a, b);
    return nn_mul(difference, difference);
}

#endif
