/* A gzip file (RFC 1952) as a stream of its contents, through zlib.
 *
 * Strict: one member, whose CRC-32 and length must hold, and nothing after it. Memory is constant.
 * Errors name the file and the byte of the compressed file.
 */
#ifndef REINIT_DATA_GZIP_H
#define REINIT_DATA_GZIP_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

struct gzip {
    const char *path; /* the caller's; must outlive this */
    int fd;           /* -1 when not open */
    z_stream stream;
    bool inflating, ended;
    uint8_t *input;
    uint64_t consumed; /* compressed bytes read from the file */
    uint64_t produced; /* bytes handed out */
};

/* Overwrites *gzip. */
bool gzip_open(struct gzip *gzip, const char *path, struct error *error);

/* Reads up to `size` bytes; *got is less only at the end of the contents, and then the whole file
 * has been found in order. */
bool gzip_read(struct gzip *gzip, void *data, size_t size, size_t *got, struct error *error);

/* Safe after a failed open and when called twice. */
void gzip_close(struct gzip *gzip);

#endif
