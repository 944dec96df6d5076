/* nn_elementwise.h -- loops of the elementwise kernels. */
#ifndef NN_ELEMENTWISE_H
#define NN_ELEMENTWISE_H

#include "nn_kernels.h"

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

#endif
