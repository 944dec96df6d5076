/* nn_gates.h -- functions of gates in floating point, by number; the same in every bit on every target. */
#ifndef NN_GATES_H
#define NN_GATES_H

#include "nn_functions.h"
#include "nn_types.h"

enum {
    NN_SIGMOID, NN_TANH, NN_RELU, NN_AFFINE, NN_LEAKY_RELU, NN_THRESHOLDED_RELU,
    NN_SCALED_TANH, NN_HARD_SIGMOID, NN_ELU, NN_SOFTSIGN, NN_SOFTPLUS
};

static inline float nn_clip(float x, float clip)
{
    const float low = x < -clip ? -clip : x;
    return clip > 0.0f ? (low > clip ? clip : low) : x;
}

static NN_KERNEL float nn_gate(float x, int32_t function, float alpha, float beta)
{
    float y;
    switch (function) {
    case NN_SIGMOID:
        return 1.0f / (1.0f + nn_expf(-x));
    case NN_TANH:
        return nn_tanhf(x);
    case NN_RELU:
        return x > 0.0f ? x : 0.0f;
    case NN_AFFINE:
        return alpha * x + beta;
    case NN_LEAKY_RELU:
        return x < 0.0f ? alpha * x : x;
    case NN_THRESHOLDED_RELU:
        return x > alpha ? x : 0.0f;
    case NN_SCALED_TANH:
        return alpha * nn_tanhf(beta * x);
    case NN_HARD_SIGMOID:
        y = alpha * x + beta;
        y = y < 0.0f ? 0.0f : y;
        return y > 1.0f ? 1.0f : y;
    case NN_ELU:
        return x < 0.0f ? alpha * nn_expm1f(x) : x;
    case NN_SOFTSIGN:
        return x / (1.0f + nn_absf(x));
    default:
        return nn_log(1.0f + nn_exp(x));
    }
}

/* The sum of products in the order of their terms. */
static inline float nn_dot(const nn_float *a, const nn_float *b, int32_t count)
{
    float sum = 0.0f;
    for (int32_t k = 0; k < count; k++) {
        sum += a[k] * b[k];
    }
    return sum;
}

/* How many steps a sequence has. */
static inline int32_t nn_valid_steps(const nn_int32 *lengths, int32_t sequence, int32_t steps)
{
    return lengths == 0 ? steps : nn_clamp(lengths[sequence], 0, steps);
}

#endif
