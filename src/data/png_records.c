#include "data/png_records.h"

#include "data/cifar10.h"

#include <jansson.h>
#include <spng.h>
#include <string.h>

enum {
    PIXELS = 1024,
    ROW_BYTES = 3 * PIXELS,
    CHUNK_MAX = 1 << 16, /* of the ancillary chunks libspng keeps */
    CACHE_MAX = 1 << 18
};

bool png_records_parse_labels(const char *name, const uint8_t *text, size_t size, size_t count,
                              uint8_t *labels, struct error *error)
{
    json_error_t wrong;
    json_t *root = json_loadb((const char *)text, size, JSON_REJECT_DUPLICATES, &wrong);
    if (root == NULL)
        return error_set(error, "%s: line %d, column %d: %s", name, wrong.line, wrong.column,
                         wrong.text);
    bool good = json_is_array(root) || error_set(error, "%s: not an array", name);
    if (good && json_array_size(root) != count)
        good = error_set(error, "%s: %zu labels, not %zu", name, json_array_size(root), count);
    for (size_t i = 0; good && i < count; i++) {
        const json_t *label = json_array_get(root, i);
        json_int_t value = json_integer_value(label);
        if (!json_is_integer(label) || value < 0 || value > 9)
            good = error_set(error, "%s: label %zu is not a whole number 0..9", name, i);
        else
            labels[i] = (uint8_t)value;
    }
    json_decref(root);
    return good;
}

/* What libspng's callback needs to know; it can only return a code, so the error is kept here. */
struct feed {
    const struct png_source *source;
    struct error error;
    bool failed, ended; /* the source failed; it had less than was asked for */
};

static int feed_png(spng_ctx *png, void *user, void *data, size_t size)
{
    (void)png;
    struct feed *feed = user;
    size_t got;
    if (!feed->source->read(feed->source->context, data, size, &got, &feed->error)) {
        feed->failed = true;
        return SPNG_IO_ERROR;
    }
    feed->ended = got < size;
    return feed->ended ? SPNG_IO_EOF : 0;
}

/* Takes the PNG's error, or the one behind it. */
static bool fail(const char *name, const struct feed *feed, int status, const char *place,
                 struct error *error)
{
    if (feed->failed) {
        *error = feed->error;
        return false;
    }
    return error_set(error, "%s: %s: %s", name, place, spng_strerror(status));
}

static bool check_shape(const char *name, spng_ctx *png, const struct feed *feed, size_t count,
                        struct error *error)
{
    struct spng_ihdr header;
    int status = spng_get_ihdr(png, &header);
    if (status != 0)
        return fail(name, feed, status, "header", error);
    if (header.width != PIXELS || header.height != count)
        return error_set(error, "%s: %u wide and %u high, not %d and %zu", name, header.width,
                         header.height, PIXELS, count);
    if (header.bit_depth != 8 || header.color_type != SPNG_COLOR_TYPE_TRUECOLOR
        || header.interlace_method != SPNG_INTERLACE_NONE)
        return error_set(error, "%s: not plain RGB of 8 bits a colour", name);
    return true;
}

/* One row of pixels, interleaved, to one record, colour by colour. */
static bool write_record(uint8_t label, const uint8_t row[ROW_BYTES], struct file_writer *writer,
                         struct error *error)
{
    uint8_t record[CIFAR10_RECORD];
    record[0] = label;
    for (size_t pixel = 0; pixel < PIXELS; pixel++) {
        for (size_t colour = 0; colour < 3; colour++)
            record[1 + colour * PIXELS + pixel] = row[3 * pixel + colour];
    }
    return file_writer_write(writer, record, sizeof record, error);
}

/* libspng says SPNG_EOI with the last row, and only then. */
static bool write_rows(const char *name, spng_ctx *png, const struct feed *feed,
                       const uint8_t *labels, size_t count, struct file_writer *writer,
                       struct error *error)
{
    int status = spng_decode_image(png, NULL, 0, SPNG_FMT_PNG, SPNG_DECODE_PROGRESSIVE);
    if (status != 0)
        return fail(name, feed, status, "before the image", error);
    for (size_t i = 0; i < count; i++) {
        uint8_t row[ROW_BYTES];
        char place[32];
        snprintf(place, sizeof place, "row %zu", i);
        status = spng_decode_row(png, row, sizeof row);
        if (status != (i + 1 < count ? 0 : SPNG_EOI))
            return fail(name, feed, status, place, error);
        if (!write_record(labels[i], row, writer, error))
            return false;
    }
    return true;
}

static bool expect_end(const char *name, spng_ctx *png, const struct feed *feed,
                       struct error *error)
{
    int status = spng_decode_chunks(png);
    /* libspng 0.7 forgives a cut within the last chunk's checksum. */
    if (status == 0 && feed->ended)
        status = SPNG_IO_EOF;
    if (status != 0)
        return fail(name, feed, status, "after the image", error);
    uint8_t byte;
    size_t got;
    if (!feed->source->read(feed->source->context, &byte, 1, &got, error))
        return false;
    return got == 0 || error_set(error, "%s: more bytes follow the end of the PNG", name);
}

bool png_records_write(const char *name, const struct png_source *source, const uint8_t *labels,
                       size_t count, struct file_writer *writer, struct error *error)
{
    struct feed feed = {.source = source};
    spng_ctx *png = spng_ctx_new(0);
    if (png == NULL)
        return error_memory(error, "%s: out of memory", name);
    bool good = spng_set_image_limits(png, PIXELS, (uint32_t)count) == 0
                && spng_set_chunk_limits(png, CHUNK_MAX, CACHE_MAX) == 0
                && spng_set_crc_action(png, SPNG_CRC_ERROR, SPNG_CRC_ERROR) == 0
                && spng_set_png_stream(png, feed_png, &feed) == 0;
    if (!good)
        error_set(error, "%s: libspng refuses its limits", name);
    good = good && check_shape(name, png, &feed, count, error)
           && write_rows(name, png, &feed, labels, count, writer, error)
           && expect_end(name, png, &feed, error);
    spng_ctx_free(png);
    return good;
}
