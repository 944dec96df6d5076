/* nn_strips.h -- windows that slide over columns of rows: depthwise convolution, four rows at a time. */
#ifndef NN_STRIPS_H
#define NN_STRIPS_H

#include "nn.h"

/*
 * Four channels at a time, the input is turned so that a word holds four rows of one channel and
 * column: records [column][4 channels][words], each word with the rows below the one before it, in
 * an order that suits the walk. A walk along the columns leaves four output rows in each channel's
 * first word. From one block of four rows to the next the records slide by what the stride lets go
 * of: nothing is read twice, and the output may take the place of the input.
 *
 * Members of nn_depthwise_strips: `words` of a record's channel; the byte of a word that each of four
 * rows takes (`order`); at `most` so many rows in the last block; output columns at a time (`tile`)
 * and times four channels (`batch`), each with so many words of `records`; words of a channel's
 * constants, one after another in `channels`.
 */

/* One word of each record, from or to four rows of four channels; the addresses are of the first column. */
typedef struct {
    int8_t *rows[4]; /* of the input: only read */
    uint32_t *records;
    int32_t columns;
    int32_t step;       /* from column to column: all channels */
    uint32_t low, high; /* of the output, in every byte; low: what padding holds of the input */
    int32_t left, right; /* records of padding beside the columns */
    uint32_t outside;    /* rows of padding, a bit each */
} nn_turn;

typedef void nn_turn_step(const void *turn);

/* Walks four channels along `columns` outputs; strips: pairs of output rows, where it can do fewer than four. */
typedef void nn_walk_step(uint32_t *records, const uint32_t *channels, int32_t columns, int32_t strips, int32_t odd_zero);

typedef struct {
    nn_turn_step *in, *out;
    nn_walk_step *walk;
} nn_strip_steps;

#endif
