/* nn_types.h -- whole numbers as tensors hold them. */
#ifndef NN_TYPES_H
#define NN_TYPES_H

#include "nn.h"

/* Tensors of all types take turns in the arena, which is aligned to four bytes. */
typedef int16_t __attribute__((may_alias)) nn_int16;
typedef int32_t __attribute__((may_alias)) nn_int32;
typedef int64_t __attribute__((may_alias, aligned(4))) nn_int64;

#endif
