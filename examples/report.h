/*
 * What the firmware of examples prints to the UART: thimble's line protocol, as its test firmware, whose
 * main.c theirs replaces. MODEL is the model's name.
 */
#ifndef REPORT_H
#define REPORT_H

#include "platform.h"
#include "runtime/thimble.h"

extern const thimble_model MODEL;

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

/* The first line: bytes of an input and of what is printed for it. */
static void print_begin(uint32_t input, uint32_t output)
{
    print("thimble 1 ");
    print(MODEL.name);
    print(" in ");
    print_number(input);
    print(" out ");
    print_number(output);
    print(" crc ");
    print_hex(MODEL.weights_crc, 8);
    print("\n");
}

static void print_bytes(uint32_t vector, const void *bytes, uint32_t count)
{
    const uint8_t *data = bytes;
    for (uint32_t at = 0u; at < count; at++) {
        print("thimble out ");
        print_number(vector);
        print(" ");
        print_number(at);
        print(" ");
        print_hex(data[at], 2);
        print("\n");
    }
}

static void print_end(uint32_t vectors)
{
    print("thimble done ");
    print_number(vectors);
    print(" vectors 0 ticks\n");
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

#endif
