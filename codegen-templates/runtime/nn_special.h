/* nn_special.h -- arcus tangent and the error function in single precision, the same in every bit on
   every target: no contraction, no library. Polynomials: Cephes Mathematical Library (coefficients only). */
#ifndef NN_SPECIAL_H
#define NN_SPECIAL_H

#include "nn_functions.h"

/* from -pi / 2 to pi / 2 */
static inline float nn_atanf(float x)
{
    const float size = nn_absf(x);
    float base = 0.0f, r = size;
    if (size > 2.414213562373095f) {
        base = 1.57079632679489662f;
        r = -1.0f / size;
    } else if (size > 0.4142135623730951f) {
        base = 0.78539816339744831f;
        r = (size - 1.0f) / (size + 1.0f);
    }
    const float z = r * r;
    float p = 8.05374449538e-2f;
    p = p * z + -1.38776856032e-1f;
    p = p * z + 1.99777106478e-1f;
    p = p * z + -3.33329491539e-1f;
    const float angle = base + (p * z * r + r);
    return x < 0.0f ? -angle : angle;
}

/* the angle of the point (x, y), from -pi to pi */
static inline float nn_atan2f(float y, float x)
{
    if (x != x || y != y) {
        return nn_float_of(0x7fc00000);
    }
    const float up = nn_absf(y), right = nn_absf(x);
    const float ratio = up == right ? (up == 0.0f ? 0.0f : 1.0f) : up / right;
    const float angle = nn_atanf(ratio);
    const float whole = nn_bits_of(x) < 0 ? 3.14159265358979324f - angle : angle;
    return nn_bits_of(y) < 0 ? -whole : whole;
}

static inline float nn_erff(float x)
{
    const float size = nn_absf(x);
    if (size < 1.0f) {
        const float z = x * x;
        float p = 7.853861353153693e-5f;
        p = p * z + -8.010193625184903e-4f;
        p = p * z + 5.188327685732524e-3f;
        p = p * z + -2.685381193529856e-2f;
        p = p * z + 1.128358514861418e-1f;
        p = p * z + -3.761262582423300e-1f;
        p = p * z + 1.128379167095510f;
        return x * p;
    }
    if (x != x) {
        return x;
    }
    const float q = 1.0f / size;
    const float z = q * q;
    float p;
    if (size < 2.0f) {
        p = 2.326819970068386e-2f;
        p = p * z + -1.387039388740657e-1f;
        p = p * z + 3.687424674597105e-1f;
        p = p * z + -5.824733027278666e-1f;
        p = p * z + 6.210004621745983e-1f;
        p = p * z + -4.944515323274145e-1f;
        p = p * z + 3.404879937665872e-1f;
        p = p * z + -2.741127028184656e-1f;
        p = p * z + 5.638259427386472e-1f;
    } else {
        p = -1.047766399936249e+1f;
        p = p * z + 1.297719955372516e+1f;
        p = p * z + -7.495518717768503f;
        p = p * z + 2.921019019210786f;
        p = p * z + -1.015265279202700f;
        p = p * z + 4.218463358204948e-1f;
        p = p * z + -2.820767439740514e-1f;
        p = p * z + 5.641895067754075e-1f;
    }
    const float tail = nn_expf(-(x * x)) * q * p;
    return x < 0.0f ? tail - 1.0f : 1.0f - tail;
}

#endif
