/* nn_coded.h -- weights as canonical Huffman codes of at most 10 bits; of all, or of those that are not zero. */
#ifndef NN_CODED_H
#define NN_CODED_H

#include "nn.h"

#define NN_LONGEST_CODE 10
/* Words in front of the codes: what tells their lengths. */
#define NN_CODE_HEAD 5

/* Halfwords of a stream of words. */
typedef uint16_t __attribute__((may_alias)) nn_code_half;

/* The next bits of a stream, the first one highest; all zeros behind its end. */
typedef struct {
    const nn_code_half *symbols;
    const nn_code_half *next, *end;
    uint32_t bits;
    int32_t count;
} nn_code;

/*
 * Begins to read `words` words: halfwords with the number of codes of each length from one bit on, the
 * symbols in the order of their codes, two a halfword, and from a word on the codes. `table` gets for
 * each NN_LONGEST_CODE bits the symbol that they begin with, above the length of its code. Damaged words
 * give other symbols.
 */
static inline nn_code nn_begin_code(const uint32_t *words, int32_t count, nn_code_half *table)
{
    const nn_code_half *half = (const nn_code_half *)words, *symbols = half + NN_LONGEST_CODE;
    nn_code_half *const end = table + (1 << NN_LONGEST_CODE);
    nn_code_half *to = table;
    const int32_t most = 2 * (2 * count - NN_LONGEST_CODE);
    int32_t symbol = 0;
    for (int32_t length = 1; length <= NN_LONGEST_CODE; length++) {
        for (int32_t codes = half[length - 1]; codes > 0 && symbol < most && to < end; codes--, symbol++) {
            const uint32_t value = (uint32_t)symbols[symbol >> 1] >> (8 * (symbol & 1)) & 255u;
            for (int32_t places = 1 << (NN_LONGEST_CODE - length); places > 0 && to < end; places--) {
                *to++ = (uint16_t)(value << 8 | (uint32_t)length);
            }
        }
    }
    while (to < end) {
        *to++ = 1;
    }
    const int32_t before = (NN_LONGEST_CODE + (symbol + 1) / 2 + 1) / 2;
    return (nn_code){ table, half + 2 * before, half + 2 * count, 0, 0 };
}

/* The next symbol, in the upper byte of a halfword. */
static inline uint32_t nn_next_symbol(nn_code *code)
{
    if (code->count < NN_LONGEST_CODE) {
        if (code->next < code->end) {
            code->bits |= (uint32_t)*code->next++ << (16 - code->count);
        }
        code->count += 16;
    }
    const uint32_t found = code->symbols[code->bits >> (32 - NN_LONGEST_CODE)];
    code->bits <<= found & 15u;
    code->count -= (int32_t)(found & 15u);
    return found & 0xff00u;
}

/* 256 * A + B, modulo 2^16. */
static inline uint32_t nn_next_half(nn_code *code)
{
    const uint32_t upper = nn_next_symbol(code);
    const int32_t lower = (int8_t)(nn_next_symbol(code) >> 8);
    return (upper + (uint32_t)lower) & 0xffffu;
}

/* Words of weights in pairs. */
static inline void nn_decode_words(nn_code *code, uint32_t *to, int32_t words)
{
    nn_code own = *code;
    for (; words > 0; words--) {
        const uint32_t half = nn_next_half(&own);
        *to++ = half | nn_next_half(&own) << 16;
    }
    *code = own;
}

/* Weights that are not zero, and the zeros before each; ahead: those before the next one. */
typedef struct {
    nn_code values, gaps;
    int32_t ahead;
} nn_gap_codes;

/* Begins to read two streams, behind a word with the length of the first; the table is twice as large. */
static inline nn_gap_codes nn_begin_gap_codes(const uint32_t *words, int32_t count, nn_code_half *table)
{
    const int32_t rest = count - 1;
    const int32_t told = (int32_t)(words[0] & 0x7fffffffu);
    const int32_t values = nn_least(told < NN_CODE_HEAD ? NN_CODE_HEAD : told, rest - NN_CODE_HEAD);
    nn_gap_codes codes = {
        nn_begin_code(words + 1, values, table),
        nn_begin_code(words + 1 + values, rest - values, table + (1 << NN_LONGEST_CODE)),
        0,
    };
    codes.ahead = (int32_t)(nn_next_symbol(&codes.gaps) >> 8);
    return codes;
}

/* Words of weights in pairs, of which most are zero. */
static inline void nn_fill_words(nn_gap_codes *codes, uint32_t *to, int32_t words)
{
    nn_gap_codes own = *codes;
    nn_code_half *const halves = (nn_code_half *)to;
    const int32_t end = 4 * words;
    for (int32_t i = 0; i < words; i++) {
        to[i] = 0;
    }
    while (own.ahead < end) {
        nn_code_half *const half = halves + (own.ahead >> 1);
        const uint32_t value = nn_next_symbol(&own.values);
        *half = (uint16_t)(*half + ((own.ahead & 1) ? (uint32_t)(int32_t)(int8_t)(value >> 8) : value));
        own.ahead += 1 + (int32_t)(nn_next_symbol(&own.gaps) >> 8);
    }
    own.ahead -= end;
    *codes = own;
}

/* The same of weights in bytes. */
static inline void nn_fill_bytes(nn_gap_codes *codes, uint32_t *to, int32_t words)
{
    nn_gap_codes own = *codes;
    int8_t *const bytes = (int8_t *)to;
    for (int32_t i = 0; i < words; i++) {
        to[i] = 0;
    }
    while (own.ahead < 4 * words) {
        bytes[own.ahead] = (int8_t)(nn_next_symbol(&own.values) >> 8);
        own.ahead += 1 + (int32_t)(nn_next_symbol(&own.gaps) >> 8);
    }
}

#endif
