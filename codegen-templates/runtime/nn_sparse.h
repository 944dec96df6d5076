/* nn_sparse.h -- sparse weights as halfwords among the words of a layer's constants. */
#ifndef NN_SPARSE_H
#define NN_SPARSE_H

#include <stdint.h>

/* A nonzero weight in the upper byte, below it the taps since the one before. */
typedef uint16_t __attribute__((may_alias)) nn_half_word;

/* The word at or behind a halfword. */
static inline const uint32_t *nn_next_word(const nn_half_word *half)
{
    return (const uint32_t *)(const void *)((const uint8_t *)half + ((uintptr_t)half & 2u));
}

#endif
