/* PNGs in memory for the tests, made by libspng's encoder. Needs tar_builder.h's must(). */
#ifndef REINIT_TESTS_PNG_BUILDER_H
#define REINIT_TESTS_PNG_BUILDER_H

#include "tar_builder.h"

#include <spng.h>

/* An 8-bit image of the given colour type; pixels as PNG stores them. The caller frees it. */
static inline uint8_t *png_bytes(uint32_t width, uint32_t height, uint8_t colour_type,
                                 const uint8_t *pixels, size_t pixel_bytes, size_t *size)
{
    struct spng_ihdr header
        = {.width = width, .height = height, .bit_depth = 8, .color_type = colour_type};
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    must(png != NULL && spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1) == 0);
    must(spng_set_ihdr(png, &header) == 0);
    must(spng_encode_image(png, pixels, pixel_bytes, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE) == 0);
    int status;
    uint8_t *bytes = spng_get_png_buffer(png, size, &status);
    must(bytes != NULL && status == 0);
    spng_ctx_free(png);
    return bytes;
}

/* What png_records.h must undo: `count` official records as an RGB image, a row each. The caller
 * frees it. */
static inline uint8_t *png_of_records(const uint8_t *records, size_t count, size_t *size)
{
    uint8_t *pixels = malloc(count * 3072);
    must(pixels != NULL);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 3072; j++)
            pixels[i * 3072 + j] = records[i * 3073 + 1 + j % 3 * 1024 + j / 3];
    }
    uint8_t *bytes
        = png_bytes(1024, (uint32_t)count, SPNG_COLOR_TYPE_TRUECOLOR, pixels, count * 3072, size);
    free(pixels);
    return bytes;
}

/* Records of noise with the labels 0..9 in turn. */
static inline void records_fill(uint8_t *records, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count * 3073; i++) {
        seed = seed * 1664525u + 1013904223u;
        records[i] = (uint8_t)(i % 3073 == 0 ? i / 3073 % 10 : seed >> 24);
    }
}

#endif
