/*
 * Inference while the picture comes in: a camera that sends a line at a time, each with an interrupt.
 * There is room for one line and for the model's rings, never for a whole picture.
 *
 * SysTick stands for the camera's line interrupt, and a memory that only the emulator has for what it
 * sees. On a board, line_interrupt is what DCMI or a DMA channel calls when a line is complete.
 * The rest is thimble's test firmware (thimble build --input rows), whose main.c this replaces;
 * MODEL is the model's name, LINE_BYTES what a line of its input has. The output goes to the UART, as thimble's line protocol has it.
 */
#include "platform.h"
#include "runtime/thimble.h"

#include <stdatomic.h>
#include <string.h>

extern const thimble_model MODEL;
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

static void print(const char *text)
{
    while (*text != '\0') {
        platform_put(*text++);
    }
}

static void print_number(uint32_t value)
{
    if (value >= 10u) {
        print_number(value / 10u);
    }
    platform_put((char)('0' + value % 10u));
}

static void print_hex(uint32_t value, int digits)
{
    while (digits-- > 0) {
        platform_put("0123456789abcdef"[(value >> (4 * digits)) & 15u]);
    }
}

static void print_output(uint32_t picture)
{
    const uint8_t *data = MODEL.outputs[0].data;
    for (int32_t at = 0; at < MODEL.outputs[0].bytes; at++) {
        print("thimble out ");
        print_number(picture);
        print(" ");
        print_number((uint32_t)at);
        print(" ");
        print_hex(data[at], 2);
        print("\n");
    }
}

void thimble_fault(const char *kind, uint32_t pc, uint32_t status)
{
    print("\nthimble fault ");
    print(kind);
    print(" pc 0x");
    print_hex(pc, 8);
    print(" cfsr 0x");
    print_hex(status, 8);
    print("\n");
    platform_end();
}

int main(void)
{
    uint32_t pictures;
    platform_begin();
    print("thimble 1 ");
    print(MODEL.name);
    print(" in ");
    print_number((uint32_t)MODEL.input_bytes);
    print(" out ");
    print_number((uint32_t)MODEL.output_bytes);
    print(" crc ");
    print_hex(MODEL.weights_crc, 8);
    print("\n");
    /* Four letters, how many pictures, and the pictures after 16 bytes. */
    memcpy(&pictures, platform_vectors() + 4, 4);
    scene = platform_vectors() + 16;
    VECTOR_TABLE = (uint32_t)(uintptr_t)vectors;
    SYSTICK_RELOAD = CYCLES_PER_LINE - 1;
    SYSTICK_CONTROL = 7u;
    for (uint32_t picture = 0; picture < pictures; picture++) {
        while (!take_line()) {
        }
        print_output(picture);
    }
    SYSTICK_CONTROL = 0u;
    print("thimble done ");
    print_number(pictures);
    print(" vectors 0 ticks\n");
    platform_end();
    return 0;
}
