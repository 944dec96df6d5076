/* nn_dense.h -- parameters of the fully connected layers. */
#ifndef NN_DENSE_H
#define NN_DENSE_H

#include "nn_conv.h"

typedef struct {
    nn_requantize requantize;
    int16_t input_zero, weight_zero;
    int32_t batches, depth, outputs;
    const int8_t *weights;
    const int32_t *bias;
} nn_dense_s8_layer;

/* Weights in pairs (nn_dsp.h); the input's zero point is folded into the bias. */
typedef struct {
    nn_requantize requantize;
    int32_t batches, depth, outputs;
    const uint32_t *weights;
    const int32_t *bias;
} nn_dense_s8_dsp_layer;

typedef struct {
    int32_t batches, depth, outputs;
    float low, high;
    const float *weights, *bias;
} nn_dense_f32_layer;

#endif
