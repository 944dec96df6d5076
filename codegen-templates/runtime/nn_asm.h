/* nn_asm.h -- what the assembly files share; GNU as and clang's assembler take them. */
#ifndef NN_ASM_H
#define NN_ASM_H

#include "nn_names.h"

#if !defined(__ARM_FEATURE_DSP)
#if defined(__linux__)
    /* Nothing for this core: portable twins take the place of the assembly. */
    .section .note.GNU-stack, "", %progbits
#endif
#else

    .syntax unified
    .thumb

/* A global function in a section of its own, so that the linker can drop it. */
.macro nn_function name
    .section .text.\name, "ax", %progbits
    .balign 4
    .global \name
    .type \name, %function
    .thumb_func
\name:
.endm

.macro nn_end name
    .size \name, . - \name
.endm

/*
 * Doubled accumulator to output, not yet saturated, as the functions of nn_dsp.h do it in C.
 * `addend` holds (2 * zero point + 1) << right >> 1: see nn_addend.
 */

/* nn_output_double_right where the zero point is -128: what is below it saturates anyway. */
.macro nn_output_double_floor acc, multiplier, addend, right
    smmlar \acc, \acc, \multiplier, \addend
    asr \acc, \acc, \right
.endm

.macro nn_output_double_right acc, multiplier, addend, right, temporary
    add \temporary, \addend, \acc, asr #31
    smmlar \acc, \acc, \multiplier, \temporary
    asr \acc, \acc, \right
.endm

.macro nn_output_single_right acc, multiplier, addend, right
    smmla \acc, \acc, \multiplier, \addend
    asr \acc, \acc, \right
.endm

/* The addend of the three above; only the lowest byte of `right` counts. */
.macro nn_addend addend, odd_zero, right
    lsl \addend, \odd_zero, \right
    asr \addend, \addend, #1
.endm

/* Four signed bytes of `word` into [low, high], bounds that are repeated in every byte. */
.macro nn_clamp4 word, low, high, temporary
    ssub8 \temporary, \word, \low
    sel \word, \word, \low
    ssub8 \temporary, \high, \word
    sel \word, \word, \high
.endm

#endif
#endif
