/* nn.h -- arithmetic shared by thimble's kernels. */
#ifndef NN_H
#define NN_H

#include <stdint.h>
#include <string.h>

/* The same loops for every layer: kept out of line so that layers share them. */
#define NN_KERNEL __attribute__((noinline))

static inline int32_t nn_clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : (value > high ? high : value);
}

static inline int32_t nn_shift_left(int32_t value, int32_t shift)
{
    return (int32_t)((uint32_t)value << shift);
}

/* round(acc * multiplier / 2^31 * 2^shift), rounded after each of the two divisions: first ties up,
   then ties away from zero (gemmlowp SaturatingRoundingDoublingHighMul, RoundingDivideByPOT). */
static inline int32_t nn_requantize_double(int32_t acc, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? nn_shift_left(acc, shift) : acc;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int64_t product = (int64_t)left * multiplier + ((int64_t)1 << 30);
    const int32_t high = (int32_t)(product >> 31);
    const int32_t mask = (int32_t)(((int64_t)1 << right) - 1);
    const int32_t threshold = (mask >> 1) + (high < 0 ? 1 : 0);
    return (high >> right) + ((high & mask) > threshold ? 1 : 0);
}

/* The same product rounded once, ties up (TFLite's TFLITE_SINGLE_ROUNDING). */
static inline int32_t nn_requantize_single(int32_t acc, int32_t multiplier, int32_t shift)
{
    const int32_t total = 31 - shift;
    const int64_t product = (int64_t)acc * multiplier + ((int64_t)1 << (total - 1));
    return (int32_t)(product >> total);
}

/* Row `y` of a tensor held in a ring of `ring` rows (a whole tensor: as many rows as it has). */
static inline int32_t nn_ring_row(int32_t y, int32_t ring)
{
    return y < ring ? y : y % ring;
}

#endif
