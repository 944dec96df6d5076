/* nn_dense_pairs.h -- fully connected layers on weights in raw pairs (nn_gemm.h). */
#ifndef NN_DENSE_PAIRS_H
#define NN_DENSE_PAIRS_H

#include "nn_dsp.h"
#include "nn_kernels.h"

/* What the kernels are called with, as the assembly finds it on its stack. */
struct nn_dense_call {
    const nn_dense_gemm *layer;
    const int8_t *input;
    int8_t *output;
    uint32_t *scratch;
};

/* The work of one call; the assembly knows its size, and the offsets of the members up to `to`. */
struct nn_dense_job {
    int32_t (*next)(nn_dense_job *job); /* widens the next input; 0 when there is none */
    const uint32_t *weights; /* [outputs / group]: biases, pairs [group / 2] */
    const uint32_t *scales;  /* multipliers of a group, their shifts to the right, to the left in bytes */
    int32_t scales_step;     /* bytes to those of the next group; 0 when all are the same */
    int32_t outputs;
    int32_t pairs; /* words of x, even */
    int32_t odd_zero; /* 2 * zero point + 1 */
    uint32_t low, high; /* the bounds in every byte */
    int32_t zero_sum; /* twice the weights' zero point times the sum of the inputs */
    uint32_t *x;
    int8_t *to;
    const nn_dense_gemm *layer;
    const int8_t *input;
    int32_t batch;
};

#endif
