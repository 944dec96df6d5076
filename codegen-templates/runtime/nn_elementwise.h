/* nn_elementwise.h -- parameters of the elementwise kernels. */
#ifndef NN_ELEMENTWISE_H
#define NN_ELEMENTWISE_H

#include "nn.h"

/* Nested loops, and the operands' steps along each; 0 repeats the operand. */
typedef struct {
    int32_t sizes[4], step_a[4], step_b[4];
} nn_loops;

/* Positions of the operands at the start of the innermost loop. */
typedef struct {
    int32_t a, b;
} nn_operands;

static inline int32_t nn_outer_loops(const nn_loops *loops)
{
    return loops->sizes[0] * loops->sizes[1] * loops->sizes[2];
}

static inline nn_operands nn_operands_at(const nn_loops *loops, int32_t outer)
{
    const int32_t i2 = outer % loops->sizes[2];
    const int32_t i1 = outer / loops->sizes[2] % loops->sizes[1];
    const int32_t i0 = outer / loops->sizes[2] / loops->sizes[1];
    const nn_operands at = {
        i0 * loops->step_a[0] + i1 * loops->step_a[1] + i2 * loops->step_a[2],
        i0 * loops->step_b[0] + i1 * loops->step_b[1] + i2 * loops->step_b[2]
    };
    return at;
}

typedef struct {
    nn_loops loops;
    int16_t zero_a, zero_b, zero, low, high;
    int8_t shift_a, shift_b, shift;
    int32_t multiplier_a, multiplier_b, multiplier;
} nn_binary_s8;

typedef struct {
    nn_loops loops;
    float low, high;
} nn_binary_f32;

/* output[i] = table[input[i]] */
typedef struct {
    int32_t count;
    const int8_t *table; /* by the input's byte */
} nn_lut_s8_layer;

typedef struct {
    int32_t count;
    float alpha, low, high;
} nn_unary_f32;

#endif
