/*
 * A keyword spotter: PCM comes 20 ms at a time, features are made of it, the model sees the newest
 * second every 80 ms, and a word is spotted where the mean of what it says is high enough.
 *
 * A memory that only the emulator has stands for the microphone. On a board, a DMA channel's
 * interrupt of a PDM or I2S block hands over its half-full buffer as `hear` takes it.
 * The rest is thimble's test firmware, whose main.c this replaces. PREFIX(x) is
 * a function or type of its preprocess; sounds have SOUND_SAMPLES samples, the model has CLASSES
 * classes, of which words are from FIRST_WORD to LAST_WORD.
 */
#include "report.h"

#include PREPROCESS_HEADER

#include <string.h>

enum { PIECE = 320, HOP = 4, SMOOTHING = 2, THRESHOLD = 150 << 8, NOTHING = 255 };

/* What one sound came to: the word, the frame in which it was spotted, and where the means ended. */
typedef struct {
    uint8_t word, unused;
    uint16_t frame;
    uint16_t means[CLASSES];
} spotting;

static PREFIX(state) sound;
static spotting spotted;

/* Each class's mean of what the model said, the last times counting most: 8 bits below the point. */
static void judge(uint16_t frame)
{
    const int8_t *said = MODEL.outputs[0].data;
    for (int32_t i = 0; i < CLASSES; i++) {
        const int32_t now = (said[i] + 128) << 8;
        const int32_t mean = spotted.means[i];
        spotted.means[i] = (uint16_t)(mean + ((now - mean) >> SMOOTHING));
        if (spotted.word == NOTHING && i >= FIRST_WORD && i <= LAST_WORD && spotted.means[i] >= THRESHOLD) {
            spotted.word = (uint8_t)i;
            spotted.frame = frame;
        }
    }
}

/* Takes what a microphone left. */
static void hear(const int16_t *pcm, uint32_t count, uint16_t *frames)
{
    while (PREFIX(push)(&sound, &pcm, &count)) {
        *frames = (uint16_t)(*frames + 1u);
        if (*frames % HOP == 0u && PREFIX(input)(&sound, MODEL.inputs[0].data)) {
            MODEL.invoke();
            judge(*frames);
        }
    }
}

static void listen(const uint8_t *pcm)
{
    uint16_t frames = 0u;
    int16_t piece[PIECE];
    PREFIX(reset)(&sound);
    memset(&spotted, 0, sizeof spotted);
    spotted.word = NOTHING;
    for (uint32_t at = 0u; at + PIECE <= SOUND_SAMPLES; at += PIECE) {
        memcpy(piece, pcm + 2u * at, sizeof piece);
        hear(piece, PIECE, &frames);
    }
}

int main(void)
{
    uint32_t sounds;
    platform_begin();
    print_begin(2u * SOUND_SAMPLES, (uint32_t)sizeof spotted);
    /* Four letters, how many sounds, and the sounds after 16 bytes. */
    memcpy(&sounds, platform_vectors() + 4, 4);
    for (uint32_t which = 0u; which < sounds; which++) {
        listen(platform_vectors() + 16 + 2u * SOUND_SAMPLES * which);
        print_bytes(which, &spotted, (uint32_t)sizeof spotted);
    }
    print_end(sounds);
    platform_end();
    return 0;
}
