/* nn_dsp.h -- the DSP extension's instructions, and what they do written in C for the host. */
#ifndef NN_DSP_H
#define NN_DSP_H

#include "nn.h"

/* Halves of words that are read as words later. */
typedef int16_t __attribute__((may_alias)) nn_int16;

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP

#include <arm_acle.h>

static inline uint32_t nn_sxtb16(uint32_t x) { return (uint32_t)__sxtb16((int8x4_t)x); }

static inline int32_t nn_smlad(uint32_t a, uint32_t b, int32_t acc)
{
    return __smlad((int16x2_t)a, (int16x2_t)b, acc);
}

static inline uint32_t nn_sxtb16_ror8(uint32_t x)
{
    uint32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(x));
    return result;
}

static inline uint32_t nn_pack_low(uint32_t low, uint32_t high)
{
    uint32_t result;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(low), "r"(high));
    return result;
}

static inline uint32_t nn_pack_high(uint32_t low, uint32_t high)
{
    uint32_t result;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(result) : "r"(high), "r"(low));
    return result;
}

static inline int32_t nn_smmlar(int32_t a, int32_t b, int32_t acc)
{
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));
    return result;
}

static inline int32_t nn_smmla(int32_t a, int32_t b, int32_t acc)
{
    int32_t result;
    __asm__("smmla %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc));
    return result;
}

/* One product of halves: of `a` then of `b`, b for the bottom and t for the top. */
#define NN_SMLA(halves)                                                                  \
    static inline int32_t nn_smla##halves(uint32_t a, uint32_t b, int32_t acc)           \
    {                                                                                    \
        int32_t result;                                                                  \
        __asm__("smla" #halves " %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(acc)); \
        return result;                                                                   \
    }
NN_SMLA(bb)
NN_SMLA(bt)
NN_SMLA(tb)
NN_SMLA(tt)

static inline int32_t nn_saturate_s8(int32_t value)
{
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(value));
    return result;
}

#else

static inline uint32_t nn_half(uint32_t value) { return value & 0xffffu; }

static inline uint32_t nn_sxtb16(uint32_t x)
{
    const uint32_t low = (uint32_t)(int32_t)(int8_t)(x & 0xffu);
    const uint32_t high = (uint32_t)(int32_t)(int8_t)((x >> 16) & 0xffu);
    return nn_half(low) | (high << 16);
}

static inline uint32_t nn_sxtb16_ror8(uint32_t x) { return nn_sxtb16((x >> 8) | (x << 24)); }

static inline int32_t nn_smlad(uint32_t a, uint32_t b, int32_t acc)
{
    const int32_t low = (int32_t)(int16_t)nn_half(a) * (int16_t)nn_half(b);
    const int32_t high = (int32_t)(int16_t)(a >> 16) * (int16_t)(b >> 16);
    return (int32_t)((uint32_t)acc + (uint32_t)low + (uint32_t)high);
}

static inline uint32_t nn_pack_low(uint32_t low, uint32_t high)
{
    return nn_half(low) | (high << 16);
}

static inline uint32_t nn_pack_high(uint32_t low, uint32_t high)
{
    return (low >> 16) | (high & 0xffff0000u);
}

static inline int32_t nn_smmlar(int32_t a, int32_t b, int32_t acc)
{
    const int64_t product = (int64_t)a * b + ((int64_t)1 << 31);
    return (int32_t)((uint32_t)acc + (uint32_t)(product >> 32));
}

static inline int32_t nn_smmla(int32_t a, int32_t b, int32_t acc)
{
    return (int32_t)((uint32_t)acc + (uint32_t)(((int64_t)a * b) >> 32));
}

static inline int32_t nn_smlabb(uint32_t a, uint32_t b, int32_t acc) { return nn_smlad(nn_half(a), nn_half(b), acc); }
static inline int32_t nn_smlabt(uint32_t a, uint32_t b, int32_t acc) { return nn_smlad(nn_half(a), b >> 16, acc); }
static inline int32_t nn_smlatb(uint32_t a, uint32_t b, int32_t acc) { return nn_smlad(a >> 16, nn_half(b), acc); }
static inline int32_t nn_smlatt(uint32_t a, uint32_t b, int32_t acc) { return nn_smlad(a >> 16, b >> 16, acc); }
static inline int32_t nn_saturate_s8(int32_t value) { return nn_clamp(value, -128, 127); }

#endif

static inline uint32_t nn_load4(const int8_t *from)
{
    uint32_t word;
    memcpy(&word, __builtin_assume_aligned(from, 4), 4);
    return word;
}

/* Four bytes at any address. */
static inline uint32_t nn_load4_any(const int8_t *from)
{
    uint32_t word;
    memcpy(&word, from, 4);
    return word;
}

/*
 * Doubled accumulator to output, not yet clamped: nn_requantize_double or _single of half of it, plus
 * the zero point, given as 2 * zero + 1. The high half of twice * multiplier is the doubling high
 * multiplication; what rounds the shift rides along as the addend.
 */

/* For right shifts of 1 to 23 and |twice| < 2^30: the zero point rides along, too. */
static inline int32_t nn_output_double_right(int32_t twice, int32_t multiplier, int32_t right, int32_t odd_zero)
{
    const int32_t addend = nn_shift_left(odd_zero, right) >> 1;
    return nn_smmlar(twice, multiplier, addend - (int32_t)((uint32_t)twice >> 31)) >> right;
}

static inline int32_t nn_output_single_right(int32_t twice, int32_t multiplier, int32_t right, int32_t odd_zero)
{
    return nn_smmla(twice, multiplier, nn_shift_left(odd_zero, right) >> 1) >> right;
}

/* For right shifts of 0 to 31. */
static inline int32_t nn_output_double_any(int32_t twice, int32_t multiplier, int32_t right, int32_t odd_zero)
{
    int32_t rounding = (int32_t)((1u << right) >> 1);
    if (rounding != 0) {
        rounding -= twice < 0 ? 1 : 0;
    }
    return (nn_smmlar(twice, multiplier, rounding) >> right) + (odd_zero >> 1);
}

static inline int32_t nn_output_single_any(int32_t twice, int32_t multiplier, int32_t right, int32_t odd_zero)
{
    if (right == 0) {
        return nn_smmlar(twice, multiplier, odd_zero >> 1);
    }
    return (nn_smmla(twice, multiplier, (int32_t)((1u << right) >> 1)) >> right) + (odd_zero >> 1);
}

/* nn_requantize_double and _single for |acc| < 2^30 and shifts of -31 to 0. */
static inline int32_t nn_requantize_double_dsp(int32_t acc, int32_t multiplier, int32_t shift)
{
    return nn_output_double_any(acc * 2, multiplier, -shift, 0);
}

static inline int32_t nn_requantize_single_dsp(int32_t acc, int32_t multiplier, int32_t shift)
{
    return nn_output_single_any(acc * 2, multiplier, -shift, 0);
}

#endif
