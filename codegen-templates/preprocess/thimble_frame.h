/* thimble_frame.h -- frames as cameras leave them in memory, and their pixels. */
#ifndef THIMBLE_FRAME_H
#define THIMBLE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    THIMBLE_GREY,       /* a byte a pixel */
    THIMBLE_RGB888,     /* red, green, blue */
    THIMBLE_BGR888,     /* blue, green, red */
    THIMBLE_RGB565,     /* 16 bits, little endian: red in the highest five */
    THIMBLE_RGB565_SWAPPED, /* the same, its high byte first, as many cameras send it */
    THIMBLE_YUYV,       /* YUV 4:2:2, full range: two pixels share their chroma */
    THIMBLE_UYVY
} thimble_pixels;

typedef struct {
    const uint8_t *data;
    int32_t pixels;         /* a thimble_pixels: an enum's size hangs on the compiler's flags */
    uint32_t width, height; /* pixels: 1 to 65535; an even width for YUV */
    uint32_t stride;        /* bytes from one line to the next */
} thimble_frame;

/* Bytes of a line's pixels. */
static inline uint32_t thimble_line_bytes(const thimble_frame *frame)
{
    switch (frame->pixels) {
    case THIMBLE_GREY: return frame->width;
    case THIMBLE_RGB888:
    case THIMBLE_BGR888: return 3u * frame->width;
    default: return 2u * frame->width;
    }
}

static inline bool thimble_frame_valid(const thimble_frame *frame)
{
    const bool is_yuv = frame->pixels == THIMBLE_YUYV || frame->pixels == THIMBLE_UYVY;
    return frame->width - 1u < 65535u && frame->height - 1u < 65535u &&
           !(is_yuv && frame->width % 2u != 0u) && frame->stride >= thimble_line_bytes(frame);
}

static inline uint32_t thimble_clamp_level(int32_t level)
{
    return level < 0 ? 0u : level > 255 ? 255u : (uint32_t)level;
}

/* Where the luma of pixel x is, and the chroma that it shares. */
static inline const uint8_t *thimble_pair(const uint8_t *line, uint32_t x) { return line + 4u * (x / 2u); }

static inline uint32_t thimble_pixel_16(const uint8_t *at, bool swapped)
{
    return swapped ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

/* Red, green and blue of pixel x of a line. YUV: ITU-T T.871 (JFIF), 7, in 256ths. */
static inline void thimble_colours(const uint8_t *line, int32_t pixels, uint32_t x, uint32_t rgb[3])
{
    switch (pixels) {
    case THIMBLE_GREY: rgb[0] = rgb[1] = rgb[2] = line[x]; break;
    case THIMBLE_RGB888:
    case THIMBLE_BGR888: {
        const uint8_t *at = line + 3u * x;
        rgb[0] = at[pixels == THIMBLE_RGB888 ? 0 : 2];
        rgb[1] = at[1];
        rgb[2] = at[pixels == THIMBLE_RGB888 ? 2 : 0];
        break;
    }
    case THIMBLE_RGB565:
    case THIMBLE_RGB565_SWAPPED: {
        const uint32_t word = thimble_pixel_16(line + 2u * x, pixels == THIMBLE_RGB565_SWAPPED);
        const uint32_t red = word >> 11, green = word >> 5 & 63u, blue = word & 31u;
        rgb[0] = red << 3 | red >> 2;
        rgb[1] = green << 2 | green >> 4;
        rgb[2] = blue << 3 | blue >> 2;
        break;
    }
    default: {
        const uint8_t *pair = thimble_pair(line, x);
        const uint32_t chroma = pixels == THIMBLE_YUYV ? 1u : 0u;
        const int32_t luma = pair[2u * (x % 2u) + (1u - chroma)];
        const int32_t u = pair[chroma] - 128, v = pair[2u + chroma] - 128;
        /* 65536 keeps what is shifted positive. */
        rgb[0] = thimble_clamp_level(luma + ((359 * v + 128 + 65536) >> 8) - 256);
        rgb[1] = thimble_clamp_level(luma + ((128 + 65536 - 88 * u - 183 * v) >> 8) - 256);
        rgb[2] = thimble_clamp_level(luma + ((454 * u + 128 + 65536) >> 8) - 256);
        break;
    }
    }
}

/* Luma of pixel x of a line: ITU-R BT.601-7, 2.5.1, in 256ths. */
static inline uint32_t thimble_luma(const uint8_t *line, int32_t pixels, uint32_t x)
{
    uint32_t rgb[3];
    switch (pixels) {
    case THIMBLE_GREY: return line[x];
    case THIMBLE_YUYV: return line[2u * x];
    case THIMBLE_UYVY: return line[2u * x + 1u];
    default: break;
    }
    thimble_colours(line, pixels, x, rgb);
    return (77u * rgb[0] + 150u * rgb[1] + 29u * rgb[2] + 128u) >> 8;
}

#endif
