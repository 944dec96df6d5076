/* nn_gemm.h -- convolutions as products of gathered pixels with weights in raw pairs. */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include "nn_dsp.h"
#include "nn_kernels.h"

/*
 * Weights in raw pairs: a word holds, for two output channels A and B and two taps, the halves
 * 256 * A + B. One SMLAD sums 256 * A + B, one more with the sign-extended low bytes sums B.
 */

/* Where the windows of a row of pixels lie. The assembly knows the offsets. */
struct nn_lines {
    int32_t bytes; /* of a row of a window */
    int32_t rows;  /* of a window */
    int32_t step;  /* from one pixel's window to the next one's */
    int32_t pitch; /* from a row of a window to the next one, in a ring of lines */
    int32_t ring;  /* bytes of all lines */
    const int8_t *end; /* what rows of the first pixel's window stay below, or else go back by a ring */
};

/* What the kernels are called with, as the assembly finds it on its stack. */
struct nn_gemm_call {
    const nn_conv_gemm *layer;
    const int8_t *input;
    int8_t *output;
    uint32_t *scratch;
    int32_t first, last;
};

/* The work of one call. The assembly knows its size, and the offsets of the members up to `lines`. */
struct nn_gemm {
    /* Gathers the next group of pixels into [pairs][group]; says how many, 0 at the end. */
    int32_t (*gather)(nn_gemm *job, uint32_t *pixels);
    const uint32_t *weights;
    int8_t *to; /* where the first pixel of the group goes; the next ones follow */
    int32_t channels;
    int32_t pairs;
    int32_t odd_zero; /* 2 * zero point + 1 */
    uint32_t low, high; /* the bounds in every byte */
    int32_t zero_sums[4]; /* twice the weights' zero point times the sum of each pixel's inputs */
    uint32_t *pixels; /* memory of a group, for the kernel that does not keep it on the stack */
    const int8_t *limit; /* the end of the weights, or before it where the last channels are fewer than the others */
    int32_t next; /* groups to come that the assembly may gather by itself: what they take lies in one row */
    const int8_t *window; /* of the next pixel */
    nn_lines lines;
    /* What the gathering needs: the next pixel is (x, y) of rows as long as `width`, the last row excluded. */
    const nn_conv_gemm *layer;
    const int8_t *input; /* or the padded lines */
    const int8_t *from;  /* the padded lines are copied from here */
    int8_t *output, *destination;
    int8_t *spill; /* for the outputs of a group that is not full */
    int32_t x, y, last, width, filled;
    int32_t loaded; /* lines copied so far, counted from the top of the padding */
    int32_t parts;  /* of a window's row: columns that lie apart */
    int32_t ordinary; /* one part, no exact channels, no sums: most groups follow the one before */
    /* Computes the exact channels of the group that has just been multiplied; may be NULL. */
    void (*exact)(const nn_gemm *job, const uint32_t *pixels, int32_t group);
};

#endif
