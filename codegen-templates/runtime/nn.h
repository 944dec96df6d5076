/* nn.h -- arithmetic shared by thimble's kernels. */
#ifndef NN_H
#define NN_H

#include "nn_names.h"

#include <stdint.h>
#include <string.h>

#ifdef __FAST_MATH__
#error "-ffast-math lets the compiler change the order of float sums: results would not be the reference's"
#endif

/* A multiplication and an addition are rounded one by one, whatever the compiler's own choice is. */
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#elif defined __GNUC__ && (defined __ARM_FEATURE_FMA || defined __FMA__)
#pragma GCC optimize("fp-contract=off")
#endif

/* The same loops for every layer: kept out of line so that layers share them. gcc 12, linking with -flto,
   makes clones for constant arguments that lose stores. */
#ifdef __clang__
#define NN_KERNEL __attribute__((noinline))
#else
#define NN_KERNEL __attribute__((noinline, noclone))
#endif

/* Tensors of all types take turns in the arena: their elements may alias whatever lay there before. */
typedef float __attribute__((may_alias)) nn_float;

static inline int32_t nn_clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : (value > high ? high : value);
}

static inline int32_t nn_least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Sums wrap around, as the reference's do. */
static inline int32_t nn_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* value + zero between low and high, all of which lie within a few hundred: the sum may be beyond 32 bits. */
static inline int32_t nn_clamp_sum(int32_t value, int32_t zero, int32_t low, int32_t high)
{
    return nn_clamp(value, low - zero, high - zero) + zero;
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
