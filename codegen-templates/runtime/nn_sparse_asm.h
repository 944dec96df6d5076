/* nn_sparse_asm.h -- what the assembly of kernels on sparse weights shares, besides nn_asm.h. */
#ifndef NN_SPARSE_ASM_H
#define NN_SPARSE_ASM_H

#if defined(__ARM_FEATURE_DSP)

/*
 * nn_output_double_any and _single_any of nn_dsp.h, the zero point not yet added, of a doubled sum that has been
 * shifted to the left. `rounding` is 1 << right >> 1; `negative` is all ones, or 0 where right is 0.
 */
.macro nn_output_double_any acc, multiplier, rounding, right, negative, temporary
    and \temporary, \negative, \acc, asr #31
    add \temporary, \temporary, \rounding
    smmlar \acc, \acc, \multiplier, \temporary
    asr \acc, \acc, \right
.endm

.macro nn_output_single_any acc, multiplier, rounding, right, negative, temporary
    smmla \acc, \acc, \multiplier, \rounding
    asr \acc, \acc, \right
.endm

/* 1 << right >> 1; only the lowest byte of `right` counts. */
.macro nn_rounding rounding, right
    mov \rounding, #1
    lsl \rounding, \rounding, \right
    lsr \rounding, \rounding, #1
.endm

#endif
#endif
