/*
 * A keyword spotter: PCM comes 20 ms at a time, features are made of it, the model sees the newest
 * second every 80 ms, and a word is spotted where the mean of what it says is high enough.
 *
 * A memory that only the emulator has stands for the microphone. On a board, a DMA channel's
 * interrupt of a PDM or I2S block hands over its half-full buffer as `hear` takes it.
 * The rest is thimble's test firmware, whose main.c this replaces. MODEL is the model's name, PREFIX(x)
 * a function or type of its preprocess; sounds have SOUND_SAMPLES samples, the model has CLASSES
 * classes, of which words are from FIRST_WORD to LAST_WORD.
 */
#include "platform.h"
#include "runtime/thimble.h"

#include PREPROCESS_HEADER

#include <string.h>

extern const thimble_model MODEL;

enum { PIECE = 320, HOP = 4, SMOOTHING = 2, THRESHOLD = 150 << 8, NOTHING = 255 };

/* What one sound came to: the word, the frame in which it was spotted, and where the means ended. */
typedef struct {
    uint8_t word, unused;
    uint16_t frame;
    uint16_t means[CLASSES];
} spotting;

static PREFIX(state) sound;
static spotting spotted;

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

static void print_spotting(uint32_t which)
{
    const uint8_t *data = (const uint8_t *)&spotted;
    for (uint32_t at = 0u; at < sizeof spotted; at++) {
        print("thimble out ");
        print_number(which);
        print(" ");
        print_number(at);
        print(" ");
        print_hex(data[at], 2);
        print("\n");
    }
}

int main(void)
{
    uint32_t sounds;
    platform_begin();
    print("thimble 1 ");
    print(MODEL.name);
    print(" in ");
    print_number(2u * SOUND_SAMPLES);
    print(" out ");
    print_number((uint32_t)sizeof spotted);
    print(" crc ");
    print_hex(MODEL.weights_crc, 8);
    print("\n");
    /* Four letters, how many sounds, and the sounds after 16 bytes. */
    memcpy(&sounds, platform_vectors() + 4, 4);
    for (uint32_t which = 0u; which < sounds; which++) {
        listen(platform_vectors() + 16 + 2u * SOUND_SAMPLES * which);
        print_spotting(which);
    }
    print("thimble done ");
    print_number(sounds);
    print(" vectors 0 ticks\n");
    platform_end();
    return 0;
}
