/* nn_functions.h -- elementary functions in single precision, the same in every bit on every target: no
   contraction, no library. Polynomials: Cephes Mathematical Library (coefficients only). */
#ifndef NN_FUNCTIONS_H
#define NN_FUNCTIONS_H

#include "nn_math.h"

/* Floats from 2^23 on are whole numbers. */
#define NN_WHOLE 8388608.0f

static inline float nn_absf(float x)
{
    return nn_float_of(nn_bits_of(x) & 0x7fffffff);
}

static inline float nn_floorf(float x)
{
    if (!(nn_absf(x) < NN_WHOLE)) {
        return x;
    }
    const float whole = (float)(int32_t)x;
    return whole > x ? whole - 1.0f : whole;
}

static inline float nn_ceilf(float x)
{
    if (!(nn_absf(x) < NN_WHOLE)) {
        return x;
    }
    const float whole = (float)(int32_t)x;
    return whole < x ? whole + 1.0f : whole;
}

/* ties to even */
static inline float nn_roundf(float x)
{
    if (!(nn_absf(x) < NN_WHOLE)) {
        return x;
    }
    const float low = nn_floorf(x);
    const float part = x - low;
    const int odd = ((int32_t)low & 1) != 0;
    return part > 0.5f || (part == 0.5f && odd) ? low + 1.0f : low;
}

static inline float nn_signf(float x)
{
    return x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x);
}

/* correctly rounded, as the instruction is where there is one: a bit of the root at a time */
static inline float nn_sqrtf(float x)
{
#if defined __ARM_FP && (__ARM_FP & 4)
    float root;
    __asm__("vsqrt.f32 %0, %1" : "=t"(root) : "t"(x));
    return root;
#else
    int32_t bits = nn_bits_of(x);
    if (x != x || bits == 0x7f800000 || (bits & 0x7fffffff) == 0) {
        return x;
    }
    if (bits < 0) {
        return nn_float_of(0x7fc00000);
    }
    int32_t exponent = bits >> 23;
    uint32_t mantissa = (uint32_t)bits & 0x007fffff;
    if (exponent == 0) {
        for (exponent = 1; mantissa < 0x00800000; exponent--) {
            mantissa <<= 1;
        }
    } else {
        mantissa |= 0x00800000;
    }
    exponent -= 127;
    mantissa <<= (exponent & 1) + 1;
    uint32_t root = 0, twice = 0;
    for (uint32_t bit = 0x01000000; bit != 0; bit >>= 1) {
        if (twice + bit <= mantissa) {
            mantissa -= twice + bit;
            twice += 2 * bit;
            root += bit;
        }
        mantissa <<= 1;
    }
    root += mantissa != 0 ? root & 1 : 0;
    return nn_float_of((int32_t)(root >> 1) + ((exponent >> 1) + 126) * 0x00800000);
#endif
}

/* infinite beyond what a float holds */
static inline float nn_exp(float x)
{
    if (x != x) {
        return x;
    }
    return x > 88.72283f ? nn_float_of(0x7f800000) : (x > 88.0f ? nn_expf(88.0f) * nn_expf(x - 88.0f) : nn_expf(x));
}

/* of any number; -infinity of 0, no number of what is below */
static inline float nn_log(float x)
{
    if (x < 0.0f || x != x) {
        return nn_float_of(0x7fc00000);
    }
    if (x == 0.0f) {
        return nn_float_of((int32_t)0xff800000u);
    }
    if (nn_bits_of(x) == 0x7f800000) {
        return x;
    }
    return x < 1.17549435e-38f ? nn_logf(x * NN_WHOLE) - 15.9423847f : nn_logf(x);
}

/* e^x - 1, near 0 by its series */
static inline float nn_expm1f(float x)
{
    if (nn_absf(x) < 0.35f) {
        float p = 1.3888889e-3f;
        p = p * x + 8.3333338e-3f;
        p = p * x + 4.1666668e-2f;
        p = p * x + 1.6666667e-1f;
        p = p * x + 0.5f;
        return p * (x * x) + x;
    }
    return nn_exp(x) - 1.0f;
}

/* sin (x + quarters * pi / 2); 0 or no number beyond 2^23, where neighbouring floats are a turn apart */
static inline float nn_sine(float x, int32_t quarters)
{
    const float magnitude = nn_absf(x);
    if (!(magnitude < NN_WHOLE)) {
        return x - x;
    }
    const int32_t eighths = ((int32_t)(magnitude * 1.27323954473516f) + 1) & ~1;
    const float y = (float)eighths;
    float r = magnitude - y * 0.78515625f;
    r = r - y * 2.4187564849853515625e-4f;
    r = r - y * 3.77489497744594108e-8f;
    const float z = r * r;
    /* sin |x| = -sin -|x|: a quarter turn more or less */
    const int32_t place = x < 0.0f ? quarters - (eighths >> 1) : quarters + (eighths >> 1);
    const float toward = x < 0.0f ? -r : r;
    float p;
    if ((place & 1) != 0) {
        p = 2.443315711809948e-5f;
        p = p * z - 1.388731625493765e-3f;
        p = p * z + 4.166664568298827e-2f;
        p = p * (z * z) - 0.5f * z + 1.0f;
    } else {
        p = -1.9515295891e-4f;
        p = p * z + 8.3321608736e-3f;
        p = p * z - 1.6666654611e-1f;
        p = p * z * toward + toward;
    }
    return (place & 2) != 0 ? -p : p;
}

/* the exact remainder of x / y, of x's sign: a bit of the quotient at a time */
static inline float nn_fmodf(float x, float y)
{
    const float divisor = nn_absf(y);
    float rest = nn_absf(x);
    if (!(divisor > 0.0f) || !(rest < nn_float_of(0x7f800000))) {
        return nn_float_of(0x7fc00000);
    }
    while (rest >= divisor) {
        /* the largest multiple by a power of two that is not beyond the rest */
        float step = divisor;
        while (step <= rest - step) {
            step = step + step;
        }
        rest = rest - step;
    }
    return nn_bits_of(x) < 0 ? -rest : rest;
}

/* of the divisor's sign */
static inline float nn_floor_modf(float x, float y)
{
    const float rest = nn_fmodf(x, y);
    return rest != 0.0f && (y < 0.0f) != (rest < 0.0f) ? rest + y : rest;
}

/* x^y: by squaring for small whole y, else by logarithm */
static inline float nn_powf(float x, float y)
{
    const float size = nn_absf(y);
    const int whole = nn_floorf(y) == y;
    if (whole && size <= 64.0f) {
        float power = 1.0f, square = x;
        for (int32_t n = (int32_t)size; n > 0; n >>= 1) {
            power = (n & 1) != 0 ? power * square : power;
            square = n > 1 ? square * square : square;
        }
        return y < 0.0f ? 1.0f / power : power;
    }
    const float value = nn_exp(y * nn_log(nn_absf(x)));
    if (x >= 0.0f || x != x) {
        return value;
    }
    if (!whole) {
        return nn_float_of(0x7fc00000);
    }
    return size < NN_WHOLE * 2.0f && ((int32_t)size & 1) != 0 ? -value : value;
}

#endif
