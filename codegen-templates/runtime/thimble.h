/* thimble.h -- what every generated model offers. */
#ifndef THIMBLE_H
#define THIMBLE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    THIMBLE_INT8,
    THIMBLE_UINT8,
    THIMBLE_BOOL,
    THIMBLE_INT16,
    THIMBLE_INT32,
    THIMBLE_INT64,
    THIMBLE_FLOAT32
} thimble_dtype;

/* A model's input or output; real = scale * (stored - zero_point), a scale of 0 stands for none. */
typedef struct {
    const char *name;
    int16_t dtype; /* a thimble_dtype: an enum's size hangs on the compiler's flags */
    int16_t rank;
    int32_t shape[7];
    float scale;
    int32_t zero_point;
    int32_t bytes;
    void *data; /* NULL for an input that comes row by row */
} thimble_tensor;

typedef struct {
    const char *name;
    int32_t input_count, output_count;
    const thimble_tensor *inputs, *outputs;
    int32_t input_bytes, output_bytes;
    uint32_t weights_crc; /* CRC-32 of all constant arrays */
    void (*invoke)(void); /* NULL where the input comes row by row */
    void (*reset)(void); /* before a sequence of inferences; NULL for models without state */
    /* Where the input comes row by row: its bytes, where to put the next one, and what consumes it. */
    int32_t row_bytes;
    void *(*input_row)(void);
    bool (*push_row)(void);
} thimble_model;

/* Define THIMBLE_ARENA as a section attribute to put the arena into a memory of its own. */
#ifndef THIMBLE_ARENA
#define THIMBLE_ARENA
#endif

/* The same for what lasts from one inference to the next. */
#ifndef THIMBLE_STATES
#define THIMBLE_STATES
#endif

/* Each layer stays a function of its own, under its own name: profilers and debuggers see it. */
#if defined(__clang__)
#define THIMBLE_LAYER __attribute__((__noinline__))
#else
#define THIMBLE_LAYER __attribute__((__noinline__, __noclone__))
#endif

/* Called after each layer by models that were generated with hooks; the firmware defines it. */
#ifdef __cplusplus
extern "C"
#endif
void thimble_layer(int32_t layer, const void *output, int32_t bytes);

#endif
