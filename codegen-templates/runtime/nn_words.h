/* nn_words.h -- four int8 values in a word, for every core. */
#ifndef NN_WORDS_H
#define NN_WORDS_H

#include "nn.h"

#define NN_EVEN_BYTES 0x00ff00ffu
#define NN_SIGNS 0x80808080u

static inline uint32_t nn_load_word(const int8_t *from)
{
    uint32_t word;
    memcpy(&word, __builtin_assume_aligned(from, 4), 4);
    return word;
}

static inline void nn_store_word(int8_t *to, uint32_t word)
{
    memcpy(__builtin_assume_aligned(to, 4), &word, 4);
}

/* Sums of four columns of values + 128, of 257 rows at most: bytes 0 and 2, 1 and 3 in halves. */
typedef struct {
    uint32_t even, odd;
} nn_sums;

static inline void nn_add_word(nn_sums *sums, uint32_t word)
{
    const uint32_t shifted = word ^ NN_SIGNS;
    sums->even += shifted & NN_EVEN_BYTES;
    sums->odd += (shifted >> 8) & NN_EVEN_BYTES;
}

/* The larger one of each byte, signed. */
static inline uint32_t nn_max_bytes(uint32_t a, uint32_t b)
{
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    uint32_t larger;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b));
    return larger;
#else
    /* Unsigned after the signs are flipped: the top bit of each byte tells whether a >= b. */
    const uint32_t x = a ^ NN_SIGNS, y = b ^ NN_SIGNS;
    const uint32_t low = (x | NN_SIGNS) - (y & ~NN_SIGNS);
    const uint32_t not_less = ((x & ~y) | (~(x ^ y) & low)) & NN_SIGNS;
    const uint32_t mask = (not_less << 1) - (not_less >> 7);
    return b ^ ((a ^ b) & mask);
#endif
}

#endif
