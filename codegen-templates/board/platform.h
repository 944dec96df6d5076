/* platform.h -- what the test firmware asks of a platform. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

void platform_begin(void);
void platform_put(char c);
uint8_t platform_get(void);
/* A counter that runs upwards and wraps at 32 bits. */
uint32_t platform_ticks(void);
/* Where an emulator may have put vectors; NULL where there is no such place. */
const uint8_t *platform_vectors(void);
/* Fills the unused stack with a pattern; the bytes used since then below the caller. */
void platform_paint_stack(void);
uint32_t platform_stack_used(void);
/* Waits for whoever started the firmware to end it. */
void platform_end(void);

/* Prints a fault and ends. */
void thimble_fault(const char *kind, uint32_t pc, uint32_t status);

#endif
