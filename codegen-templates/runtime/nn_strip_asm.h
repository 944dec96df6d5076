/* nn_strip_asm.h -- where the walks along strips keep a channel's constants. */
#ifndef NN_STRIP_ASM_H
#define NN_STRIP_ASM_H

/* In registers of the floating-point unit, a cycle away, or at the bottom of the frame. */
#if defined(__ARM_FP)
.macro nn_get register, slot
    .irp at, 0, 1, 2, 3, 4, 5, 6, 7, 8
    .if \slot == \at
    vmov \register, s\at
    .endif
    .endr
.endm
.macro nn_put slot, register
    .irp at, 0, 1, 2, 3, 4, 5, 6, 7, 8
    .if \slot == \at
    vmov s\at, \register
    .endif
    .endr
.endm
#else
.macro nn_get register, slot
    ldr \register, [sp, #4 * \slot]
.endm
.macro nn_put slot, register
    str \register, [sp, #4 * \slot]
.endm
#endif

/* Halves times a power of two, or twice; `temporary` is lost. */
.macro nn_scale_halves halves, power, temporary
    smulbb \temporary, \halves, \power
    smultb \halves, \halves, \power
    pkhbt \halves, \temporary, \halves, lsl #16
.endm

#endif
