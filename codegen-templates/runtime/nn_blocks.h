/* nn_blocks.h -- sums of channels to outputs, for every core. */
#ifndef NN_BLOCKS_H
#define NN_BLOCKS_H

#include "nn_kernels.h"
#include "nn_dsp.h"

/* Pixels at a time: as many as registers hold. */
#if defined(__ARM_ARCH_6M__)
#define NN_PIXELS 2
#else
#define NN_PIXELS 4
#endif

/*
 * Sums to outputs, not yet clamped, as nn_requantize_double and _single make them. For right shifts of 1 to 23 and
 * |sum| < 2^29 the zero point and the rounding of the shift are one addend of the product; it is the same for all
 * outputs of a channel.
 */
static inline int32_t nn_addend_right(int32_t zero, int32_t right) { return nn_shift_left(2 * zero + 1, right) >> 1; }

/* The upper word of a * b + (high, low); the lower half of `low` is 0, b is not negative. */
static inline int32_t nn_high(int32_t a, int32_t b, int32_t high, uint32_t low)
{
#if defined(__ARM_ARCH_6M__)
    /* This core multiplies words to words: a product of their halves each, and what these carry. */
    const uint32_t a_low = (uint32_t)a & 0xffffu, b_low = (uint32_t)b & 0xffffu, b_high = (uint32_t)b >> 16;
    const int32_t a_high = a >> 16;
    const int32_t outer = a_high * (int32_t)b_low;
    const uint32_t inner = a_low * b_high;
    const uint32_t middle = (a_low * b_low >> 16) + ((uint32_t)outer & 0xffffu) + (inner & 0xffffu) + (low >> 16);
    return a_high * (int32_t)b_high + (outer >> 16) + (int32_t)((inner >> 16) + (middle >> 16)) + high;
#else
    const uint64_t addend = ((uint64_t)(uint32_t)high << 32) | low;
    return (int32_t)(uint32_t)((addend + (uint64_t)((int64_t)a * b)) >> 32);
#endif
}

static inline int32_t nn_block_double_right(int32_t sum, int32_t multiplier, int32_t right, int32_t addend)
{
    const int32_t twice = sum * 2;
    return nn_high(twice, multiplier, addend - (int32_t)((uint32_t)twice >> 31), 0x80000000u) >> right;
}

static inline int32_t nn_block_single_right(int32_t sum, int32_t multiplier, int32_t right, int32_t addend)
{
    return nn_high(sum * 2, multiplier, addend, 0) >> right;
}

/* For right shifts of 0 to 31. */
static inline int32_t nn_addend_any(int32_t zero, int32_t right)
{
    (void)right;
    return 2 * zero + 1;
}

static inline int32_t nn_block_double_any(int32_t sum, int32_t multiplier, int32_t right, int32_t addend)
{
    return nn_output_double_any(sum * 2, multiplier, right, addend);
}

static inline int32_t nn_block_single_any(int32_t sum, int32_t multiplier, int32_t right, int32_t addend)
{
    return nn_output_single_any(sum * 2, multiplier, right, addend);
}

/* What the outputs of a channel have in common. */
typedef struct {
    int32_t multiplier, right, addend, low, high;
} nn_channel;

static inline nn_channel nn_channel_of(const nn_requantize *by, int32_t o)
{
    const int32_t at = o * by->step, right = by->shift[at];
    const nn_channel channel = { by->multiplier[at], right, NN_BLOCK_ADDEND(by->zero, right), by->low, by->high };
    return channel;
}

static inline int8_t nn_byte_of(const nn_channel channel, int32_t sum)
{
    const int32_t value = NN_BLOCK_OUTPUT(sum, channel.multiplier, channel.right, channel.addend);
#if NN_BLOCK_CLAMPS
    return (int8_t)nn_clamp(value, channel.low, channel.high);
#elif defined(__ARM_FEATURE_SAT)
    int32_t saturated;
    __asm__("ssat %0, #8, %1" : "=r"(saturated) : "r"(value));
    return (int8_t)saturated;
#else
    return (int8_t)nn_clamp(value, -128, 127);
#endif
}

#endif
