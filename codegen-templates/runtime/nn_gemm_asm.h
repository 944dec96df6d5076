/* nn_gemm_asm.h -- what the assembly of convolutions on weights in pairs shares. */
#ifndef NN_GEMM_ASM_H
#define NN_GEMM_ASM_H

#include "nn_asm.h"

#if defined(__ARM_FEATURE_DSP)

/* Members of nn_lines. */
#define NN_LINES_BYTES 0
#define NN_LINES_ROWS 4
#define NN_LINES_STEP 8
#define NN_LINES_PITCH 12
#define NN_LINES_RING 16
#define NN_LINES_END 20

/* Members of nn_gemm. */
#define NN_JOB_GATHER 0
#define NN_JOB_WEIGHTS 4
#define NN_JOB_TO 8
#define NN_JOB_CHANNELS 12
#define NN_JOB_PAIRS 16
#define NN_JOB_ODD_ZERO 20
#define NN_JOB_LOW 24
#define NN_JOB_HIGH 28
#define NN_JOB_ZERO_SUMS 32
#define NN_JOB_PIXELS 48
#define NN_JOB_LIMIT 52
#define NN_JOB_NEXT 56
#define NN_JOB_WINDOW 60
#define NN_JOB_LINES 64
#define NN_JOB_BYTES 148

/*
 * Goes on where a slot of the frame says. Profilers that follow the stack take a load from it into pc
 * for a return: builds for them define NN_PROFILED and lose `via`.
 */
.macro nn_jump slot, via
#if defined(NN_PROFILED)
    ldr \via, [sp, #\slot]
    bx \via
#else
    ldr pc, [sp, #\slot]
#endif
.endm

/*
 * With the job in r5 and its pixels in r12: gathers the next group, by `widen` where it can, and leaves the job in r0, its outputs in r2,
 * its weights in r1; goes to `done` where there is none. All other registers are lost.
 */
.macro nn_next_group group, widen, job_at, done
    ldr r1, [r5, #NN_JOB_NEXT]
    subs r1, r1, #1
    bmi 1f
    str r1, [r5, #NN_JOB_NEXT]
    ldr r0, [r5, #NN_JOB_WINDOW]
    add r4, r5, #NN_JOB_LINES
    bl \widen
    ldr r0, [sp, #\job_at]
    ldr r3, [r0, #NN_JOB_LINES + NN_LINES_STEP]
    ldr r4, [r0, #NN_JOB_WINDOW]
    ldr r5, [r0, #NN_JOB_LINES + NN_LINES_END]
    ldr r2, [r0, #NN_JOB_TO]
    ldr r6, [r0, #NN_JOB_CHANNELS]
    ldr r1, [r0, #NN_JOB_WEIGHTS]
    add r4, r4, r3, lsl #\group / 2
    add r5, r5, r3, lsl #\group / 2
    add r2, r2, r6, lsl #\group / 2
    str r4, [r0, #NN_JOB_WINDOW]
    str r5, [r0, #NN_JOB_LINES + NN_LINES_END]
    str r2, [r0, #NN_JOB_TO]
    b 2f
1:
    ldr r2, [r5, #NN_JOB_GATHER]
    mov r0, r5
    mov r1, r12
    blx r2
    cmp r0, #0
    beq \done
    ldr r0, [sp, #\job_at]
    ldr r2, [r0, #NN_JOB_TO]
    ldr r1, [r0, #NN_JOB_WEIGHTS]
2:
.endm

/* Sum to output, saturated: nn_gemm_double_fixed and nn_gemm_single_fixed. Only the lowest byte of `left` counts. */
.macro nn_output_fixed acc, multiplier, addend, left
    lsl \acc, \acc, \left
    smmla \acc, \acc, \multiplier, \addend
    ssat \acc, #8, \acc, asr #17
.endm

#endif
#endif
