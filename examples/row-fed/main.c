/*
 * Inference while the picture comes in: a camera that sends a line at a time, each with an interrupt.
 * There is room for one line and for the model's rings, never for a whole picture.
 *
 * SysTick stands for the camera's line interrupt, and a memory that only the emulator has for what it
 * sees. On a board, line_interrupt is what DCMI or a DMA channel calls when a line is complete.
 * The rest is thimble's test firmware (thimble build --input rows), whose main.c this replaces;
 * LINE_BYTES is what a line of the model's input has.
 */
#include "report.h"

#include <stdatomic.h>
#include <string.h>

void hard_fault(void);

enum { CYCLES_PER_LINE = 20000 };

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define SYSTICK_CONTROL REGISTER(0xe000e010u)
#define SYSTICK_RELOAD REGISTER(0xe000e014u)
#define VECTOR_TABLE REGISTER(0xe000ed08u)

static const uint8_t *scene;
static uint8_t line[LINE_BYTES];
static volatile bool line_is_full;

/* A camera whose next line waits until there is room: most sensors let their pixel clock be held. */
static void line_interrupt(void)
{
    if (line_is_full) {
        return;
    }
    memcpy(line, scene, sizeof line);
    scene += sizeof line;
    atomic_signal_fence(memory_order_seq_cst);
    line_is_full = true;
}

/* The next line can come while the model computes with this one. True after the picture's last. */
static bool take_line(void)
{
    while (!line_is_full) {
    }
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(MODEL.input_row(), line, sizeof line);
    atomic_signal_fence(memory_order_seq_cst);
    line_is_full = false;
    return MODEL.push_row();
}

typedef void (*vector)(void);

/* The test firmware takes any interrupt for a fault: exceptions 1 to 15, the last one is SysTick. */
__attribute__((aligned(128))) static const vector vectors[16] = {
    0, hard_fault, hard_fault, hard_fault, hard_fault, hard_fault, hard_fault, 0,
    0, 0, 0, hard_fault, hard_fault, 0, hard_fault, line_interrupt
};

int main(void)
{
    uint32_t pictures;
    platform_begin();
    print_begin((uint32_t)MODEL.input_bytes, (uint32_t)MODEL.output_bytes);
    /* Four letters, how many pictures, and the pictures after 16 bytes. */
    memcpy(&pictures, platform_vectors() + 4, 4);
    scene = platform_vectors() + 16;
    VECTOR_TABLE = (uint32_t)(uintptr_t)vectors;
    SYSTICK_RELOAD = CYCLES_PER_LINE - 1;
    SYSTICK_CONTROL = 7u;
    for (uint32_t picture = 0; picture < pictures; picture++) {
        while (!take_line()) {
        }
        print_bytes(picture, MODEL.outputs[0].data, (uint32_t)MODEL.outputs[0].bytes);
    }
    SYSTICK_CONTROL = 0u;
    print_end(pictures);
    platform_end();
    return 0;
}
