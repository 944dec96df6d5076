/* nn_nibbles.h -- weights of four bits, four output channels a halfword. */
#ifndef NN_NIBBLES_H
#define NN_NIBBLES_H

#include "nn_dsp.h"

/*
 * A word holds, for channels A, B, C, D and two taps, the halves 4096 * C + 256 * (A + 8) + 16 * (D + 8) + B + 8.
 * SMLAD with all of it sums C 4096-fold and the others with it; of what a mask leaves, another one.
 */

/* Sums 256 * A, B, all of them, 16 * D, the offsets included, modulo 2^32. */
static inline void nn_nibble_products(uint32_t word, uint32_t pixel, int32_t *sums)
{
    sums[0] = nn_smlad(word & 0x0f000f00u, pixel, sums[0]);
    sums[1] = nn_smlad(word & 0x000f000fu, pixel, sums[1]);
    sums[2] = nn_smlad(word, pixel, sums[2]);
    sums[3] = nn_smlad(word & 0x00f000f0u, pixel, sums[3]);
}

/* Those of four channels, doubled; `inputs`: the sum of what was multiplied. */
static inline void nn_nibble_split(const int32_t *sums, int32_t inputs, int32_t *twice)
{
    const uint32_t offset = 8u * (uint32_t)inputs;
    const uint32_t all = (uint32_t)sums[2] - (uint32_t)sums[0] - (uint32_t)sums[1] - (uint32_t)sums[3];
    twice[0] = (int32_t)((uint32_t)sums[0] - 256u * offset) >> 7;
    twice[1] = (int32_t)(2u * ((uint32_t)sums[1] - offset));
    twice[2] = (int32_t)all >> 11;
    twice[3] = (int32_t)((uint32_t)sums[3] - 16u * offset) >> 3;
}

#endif
