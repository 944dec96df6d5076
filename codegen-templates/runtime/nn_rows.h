/* nn_rows.h -- rows of int8 weights, as they lie, by vectors of 16 bits, two products an instruction. */
#ifndef NN_ROWS_H
#define NN_ROWS_H

#include "nn_dsp.h"

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP

/* Constants at base + offset, and at base + 2 * offset: written so that one pointer serves several rows. */
static inline uint32_t nn_load_row(const int8_t *base, int32_t offset)
{
    uint32_t word;
    __asm__("ldr %0, [%1, %2]" : "=r"(word) : "r"(base), "r"(offset));
    return word;
}

static inline uint32_t nn_load_second_row(const int8_t *base, int32_t offset)
{
    uint32_t word;
    __asm__("ldr %0, [%1, %2, lsl #1]" : "=r"(word) : "r"(base), "r"(offset));
    return word;
}

static inline int32_t nn_saturate_s16(int32_t value)
{
    int32_t result;
    __asm__("ssat %0, #16, %1" : "=r"(result) : "r"(value));
    return result;
}

#else

static inline uint32_t nn_load_row(const int8_t *base, int32_t offset) { return nn_load4_any(base + offset); }
static inline uint32_t nn_load_second_row(const int8_t *base, int32_t offset) { return nn_load4_any(base + 2 * offset); }
static inline int32_t nn_saturate_s16(int32_t value) { return nn_clamp(value, -32768, 32767); }

#endif

/* A multiplier as nn_requantize_double takes it, for sums below 2^30 and shifts of -31 to 0. */
typedef struct {
    int32_t multiplier, right;
    int32_t half;  /* what rounds the shift */
    int32_t less;  /* what that is lessened by below 0: 1, or 0 where nothing is shifted */
} nn_scale;

static inline nn_scale nn_scale_of(int32_t multiplier, int32_t shift)
{
    const nn_scale scale = { multiplier, -shift, (int32_t)((1u << -shift) >> 1), shift < 0 ? 1 : 0 };
    return scale;
}

static inline int32_t nn_scaled(int32_t sum, nn_scale by)
{
    return nn_smmlar(sum * 2, by.multiplier, by.half - ((int32_t)((uint32_t)sum >> 31) & by.less)) >> by.right;
}

/* Two halves at an even address. */
static inline uint32_t nn_load_halves(const nn_int16 *from)
{
    uint32_t word;
    memcpy(&word, from, 4);
    return word;
}

/* Values without their zero point; of each four, the second and the third change places: so they meet the
   halves of weights that are widened from a word. */
static inline void nn_widen_row(const int8_t *from, int32_t zero, int32_t count, nn_int16 *to)
{
    for (; count >= 4; count -= 4, from += 4, to += 4) {
        to[0] = (int16_t)(from[0] - zero);
        to[1] = (int16_t)(from[2] - zero);
        to[2] = (int16_t)(from[1] - zero);
        to[3] = (int16_t)(from[3] - zero);
    }
    for (; count > 0; count--) {
        *to++ = (int16_t)(*from++ - zero);
    }
}

/* sums += four rows of weights, `stride` bytes apart, by one vector */
static NN_KERNEL void nn_four_rows(const int8_t *w, int32_t stride, const nn_int16 *x, int32_t count, int32_t *sums)
{
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    const int32_t third = 3 * stride;
    for (const int8_t *end = w + (count & ~3); w != end; w += 4, x += 4) {
        const uint32_t even = nn_load_halves(x), odd = nn_load_halves(x + 2);
        const uint32_t u0 = nn_load_row(w, 0);
        a = nn_smlad(nn_sxtb16_ror8(u0), odd, nn_smlad(nn_sxtb16(u0), even, a));
        const uint32_t u1 = nn_load_row(w, stride);
        b = nn_smlad(nn_sxtb16_ror8(u1), odd, nn_smlad(nn_sxtb16(u1), even, b));
        const uint32_t u2 = nn_load_second_row(w, stride);
        c = nn_smlad(nn_sxtb16_ror8(u2), odd, nn_smlad(nn_sxtb16(u2), even, c));
        const uint32_t u3 = nn_load_row(w, third);
        d = nn_smlad(nn_sxtb16_ror8(u3), odd, nn_smlad(nn_sxtb16(u3), even, d));
    }
    for (count &= 3; count > 0; count--, x++, w++) {
        a += *x * w[0];
        b += *x * w[stride];
        c += *x * w[2 * stride];
        d += *x * w[third];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif
