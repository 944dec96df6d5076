/* nn_math.h -- exp, log and tanh in single precision, the same in every bit on every target: no
   contraction, no library. Polynomials: Cephes Mathematical Library (coefficients only). */
#ifndef NN_MATH_H
#define NN_MATH_H

#include "nn.h"

static inline float nn_float_of(int32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline int32_t nn_bits_of(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* 0 below -87, the value at 88 above it */
static inline float nn_expf(float x)
{
    if (x < -87.0f) {
        return 0.0f;
    }
    const float bounded = x > 88.0f ? 88.0f : x;
    const float scaled = bounded * 1.44269504088896341f;
    const int32_t n = (int32_t)(scaled + (scaled < 0.0f ? -0.5f : 0.5f));
    const float r = bounded - (float)n * 0.693359375f - (float)n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    return p * nn_float_of((int32_t)((uint32_t)(n + 127) << 23));
}

/* for normal x > 0 */
static inline float nn_logf(float x)
{
    const int32_t bits = nn_bits_of(x);
    int32_t exponent = ((bits >> 23) & 255) - 126;
    float m = nn_float_of((bits & 0x007fffff) | 0x3f000000);
    if (m < 0.707106781186547524f) {
        exponent--;
        m = m + m;
    }
    m = m - 1.0f;
    const float z = m * m;
    float y = 7.0376836292e-2f;
    y = y * m + -1.1514610310e-1f;
    y = y * m + 1.1676998740e-1f;
    y = y * m + -1.2420140846e-1f;
    y = y * m + 1.4249322787e-1f;
    y = y * m + -1.6668057665e-1f;
    y = y * m + 2.0000714765e-1f;
    y = y * m + -2.4999993993e-1f;
    y = y * m + 3.3333331174e-1f;
    y = y * m * z;
    y = y + (float)exponent * -2.12194440e-4f;
    y = y - 0.5f * z;
    return m + y + (float)exponent * 0.693359375f;
}

static inline float nn_tanhf(float x)
{
    const float magnitude = x < 0.0f ? -x : x;
    if (magnitude > 9.0f) {
        return x > 0.0f ? 1.0f : -1.0f;
    }
    if (magnitude >= 0.625f) {
        const float t = 1.0f - 2.0f / (nn_expf(magnitude + magnitude) + 1.0f);
        return x < 0.0f ? -t : t;
    }
    const float z = x * x;
    float p = -5.70498872745e-3f;
    p = p * z + 2.06390887954e-2f;
    p = p * z + -5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z + -3.33332819422e-1f;
    return p * z * x + x;
}

#endif
