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

/*
 * Weights in pairs: a word holds, for two output channels A and B and two inputs k, the halves
 * 256 * A[k] + B[k]. One SMLAD sums 256 * A + B; the halves' low bytes, sign-extended, sum B.
 */

/* Four channels, one pixel: pairs [k / 2][2], x [k / 2]. Leaves the doubled sums in acc[4]. */
static inline void nn_dot_1x4(const uint32_t *pairs, const uint32_t *x, int32_t count, int32_t *acc)
{
    int32_t a = acc[0] * 256 + acc[1], b = acc[1];
    int32_t c = acc[2] * 256 + acc[3], d = acc[3];
#pragma GCC unroll 4
    for (const uint32_t *end = x + count; x != end; x++, pairs += 2) {
        const uint32_t v = x[0], p = pairs[0], q = pairs[1];
        a = nn_smlad(p, v, a);
        b = nn_smlad(nn_sxtb16(p), v, b);
        c = nn_smlad(q, v, c);
        d = nn_smlad(nn_sxtb16(q), v, d);
    }
    acc[0] = (int32_t)((uint32_t)a - (uint32_t)b) >> 7;
    acc[1] = b * 2;
    acc[2] = (int32_t)((uint32_t)c - (uint32_t)d) >> 7;
    acc[3] = d * 2;
}

/* Four channels, two pixels: pairs [k / 2][2], x [k / 2][2 pixels]. acc[8]: first pixel, second;
   bias in acc[4], doubled sums out of it. */
static inline void nn_dot_2x4(const uint32_t *pairs, const uint32_t *x, int32_t count, int32_t *acc)
{
    int32_t a0 = acc[0] * 256 + acc[1], b0 = acc[1], c0 = acc[2] * 256 + acc[3], d0 = acc[3];
    int32_t a1 = a0, b1 = b0, c1 = c0, d1 = d0;
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    if (count >= 4) {
        /* Every register is taken: the end of the loop is in memory. */
        const uint32_t *const end = x + 2 * (count & ~3);
        uint32_t v, w, p, q;
#define NN_PAIR(at)                                                                      \
    "ldr %[v], [%[x], #" #at "]\n ldr %[w], [%[x], #" #at " + 4]\n"                       \
    "ldr %[p], [%[k], #" #at "]\n ldr %[q], [%[k], #" #at " + 4]\n"                       \
    "smlad %[a0], %[p], %[v], %[a0]\n smlad %[a1], %[p], %[w], %[a1]\n sxtb16 %[p], %[p]\n" \
    "smlad %[b0], %[p], %[v], %[b0]\n smlad %[b1], %[p], %[w], %[b1]\n"                   \
    "smlad %[c0], %[q], %[v], %[c0]\n smlad %[c1], %[q], %[w], %[c1]\n sxtb16 %[q], %[q]\n" \
    "smlad %[d0], %[q], %[v], %[d0]\n smlad %[d1], %[q], %[w], %[d1]\n"
        __asm__ volatile(
            "1:\n" NN_PAIR(0) NN_PAIR(8) NN_PAIR(16) NN_PAIR(24)
            "add %[x], %[x], #32\n add %[k], %[k], #32\n ldr %[v], %[end]\n cmp %[x], %[v]\n bne 1b\n"
            : [a0] "+r"(a0), [b0] "+r"(b0), [c0] "+r"(c0), [d0] "+r"(d0), [a1] "+r"(a1), [b1] "+r"(b1),
              [c1] "+r"(c1), [d1] "+r"(d1), [x] "+r"(x), [k] "+r"(pairs), [v] "=&r"(v), [w] "=&r"(w),
              [p] "=&r"(p), [q] "=&r"(q)
            : [end] "m"(end)
            : "cc", "memory");
#undef NN_PAIR
        count &= 3;
    }
#endif
    for (const uint32_t *end = x + 2 * count; x != end; x += 2, pairs += 2) {
        const uint32_t v = x[0], w = x[1];
        uint32_t p = pairs[0], q = pairs[1];
        a0 = nn_smlad(p, v, a0);
        a1 = nn_smlad(p, w, a1);
        p = nn_sxtb16(p);
        b0 = nn_smlad(p, v, b0);
        b1 = nn_smlad(p, w, b1);
        c0 = nn_smlad(q, v, c0);
        c1 = nn_smlad(q, w, c1);
        q = nn_sxtb16(q);
        d0 = nn_smlad(q, v, d0);
        d1 = nn_smlad(q, w, d1);
    }
    acc[0] = (int32_t)((uint32_t)a0 - (uint32_t)b0) >> 7;
    acc[1] = b0 * 2;
    acc[2] = (int32_t)((uint32_t)c0 - (uint32_t)d0) >> 7;
    acc[3] = d0 * 2;
    acc[4] = (int32_t)((uint32_t)a1 - (uint32_t)b1) >> 7;
    acc[5] = b1 * 2;
    acc[6] = (int32_t)((uint32_t)c1 - (uint32_t)d1) >> 7;
    acc[7] = d1 * 2;
}

#endif
