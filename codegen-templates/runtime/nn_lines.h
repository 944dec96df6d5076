/* nn_lines.h -- depthwise windows of any size: words of four rows, four outputs of a channel at a time. */
#ifndef NN_LINES_H
#define NN_LINES_H

#include "nn_kernels.h"
#include "nn_strips.h"

/*
 * Four channels of the input are turned into lines [word][column][4 channels], a word with four rows of
 * one channel and column. Rows that a dilated window reads together follow one another. Where windows
 * move by one row, a word holds its rows in their order, as SXTB16 makes pairs (0, 2) and (1, 3) of
 * them; where they move by two, in the order 0, 2, 1, 3. A window is a list of steps: places in the
 * lines where four taps of a column begin, ended by -1, or by -2 and those of single taps before that. A walk
 * goes along the columns, or along the words where there is one column: a tensor that is one row is
 * taken for a column.
 *
 * Members of nn_depthwise_lines: so many outputs of each input channel (`depth`); output rows, columns
 * and words of lines at a time (`tile`, `columns`, `words`); steps of four taps (`full`) and of one (`single`)
 * of a window's column; words of a channel's constants; `all`: the outputs of a row that is taken for a column.
 */
struct nn_line_walk {
    const int8_t *lines; /* of a channel */
    const int32_t *steps;
    int8_t *out; /* words of four outputs, 16 bytes apart */
    int32_t count;
    int32_t odd_zero;
    int32_t next;    /* bytes from a word to the next one of its column */
    int32_t advance; /* and from one window to the next one */
};

/* channel: bias, multiplier, right shift, then taps, a word for each step */
typedef void nn_line_walk_step(const nn_line_walk *walk, const uint32_t *channel);

typedef struct {
    nn_turn_step *in, *out;
    nn_line_walk_step *walk;
    nn_walk_step *column; /* in place of it: goes along the only column, outputs into the first words of their windows */
} nn_line_steps;

/* The byte of a word that row y of it, 0 to 3, takes with a stride of 1 and of 2. */
static inline int32_t nn_line_place(int32_t y, int32_t stride) { return stride == 2 ? (y >> 1) + 2 * (y & 1) : y; }

#endif
