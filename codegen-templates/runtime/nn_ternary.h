/* nn_ternary.h -- weights of two bits: 0 or one size with either sign. */
#ifndef NN_TERNARY_H
#define NN_TERNARY_H

#include "nn_dsp.h"

/*
 * A word has two pairs of taps of four channels: rotated right by 0, 4, 8, 12 and masked, it leaves the halves
 * 2^14 * A + B + 1 of channels A and B, C and D, then of the next two taps. SMLAD sums both channels in one
 * register, of which B + 1 has 14 bits: those of 32 taps at least, so it is taken out after each 8 words.
 */
#define NN_TERNARY_FIELDS 0xc003c003u

static inline uint32_t nn_ternary_halves(uint32_t word, int32_t i)
{
    return (i == 0 ? word : word >> (4 * i) | word << (32 - 4 * i)) & NN_TERNARY_FIELDS;
}

/* The sums of signs times inputs [pairs][2 pixels] of four channels; returns where the words end. */
static inline const uint32_t *nn_ternary_sums(const uint32_t *words, const uint32_t *pixels, int32_t pairs, int32_t *sums)
{
    int32_t both[2] = { 0, 0 }, low[2] = { 0, 0 };
    for (int32_t k = 0; k < pairs; k++) {
        low[0] = nn_smlad(pixels[2 * k], 0x10001u, low[0]);
    }
    low[0] = low[1] = -low[0];
    for (int32_t rest = (pairs + 1) / 2; rest > 0; rest--, words++, pixels += 4, pairs -= 2) {
        for (int32_t i = 0; i < (pairs > 1 ? 4 : 2); i++) {
            both[i & 1] = nn_smlad(nn_ternary_halves(*words, i), pixels[i & 2], both[i & 1]);
        }
        for (int32_t i = 0; rest % 8 == 1 && i < 2; i++) {
            const int32_t last = (int32_t)((uint32_t)both[i] << 18) >> 18;
            both[i] = (int32_t)((uint32_t)both[i] - (uint32_t)last);
            low[i] += last;
        }
    }
    for (int32_t i = 0; i < 2; i++) {
        sums[2 * i] = both[i] >> 14;
        sums[2 * i + 1] = low[i];
    }
    return words;
}

#endif
