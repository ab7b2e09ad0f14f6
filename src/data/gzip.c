#include "data/gzip.h"

#include "base/file.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    INPUT_SIZE = 1 << 16,
    GZIP_ONLY = 15 + 16 /* inflateInit2: the largest window, a gzip header and trailer */
};

static bool fail(const struct gzip *gzip, const char *reason, struct error *error)
{
    return error_set(error, "%s: byte %ju of the gzip file: %s", gzip->path,
                     (uintmax_t)(gzip->consumed - gzip->stream.avail_in), reason);
}

bool gzip_open(struct gzip *gzip, const char *path, struct error *error)
{
    *gzip = (struct gzip){.path = path, .fd = -1};
    gzip->input = malloc(INPUT_SIZE);
    if (gzip->input == NULL || inflateInit2(&gzip->stream, GZIP_ONLY) != Z_OK)
        return error_memory(error, "%s: out of memory", path);
    gzip->inflating = true;
    gzip->fd = file_open_read(path, error);
    return gzip->fd >= 0;
}

/* Reads more of the file when all of it so far is used up. */
static bool refill(struct gzip *gzip, struct error *error)
{
    if (gzip->stream.avail_in > 0)
        return true;
    size_t got;
    if (!file_read_some(gzip->fd, gzip->path, gzip->input, INPUT_SIZE, &got, error))
        return false;
    gzip->stream.next_in = gzip->input;
    gzip->stream.avail_in = (uInt)got;
    gzip->consumed += got;
    return true;
}

/* zlib has checked the trailer; the file must end with it. */
static bool expect_end(struct gzip *gzip, struct error *error)
{
    if (!refill(gzip, error))
        return false;
    return gzip->stream.avail_in == 0 || fail(gzip, "more bytes follow the end", error);
}

static bool inflate_some(struct gzip *gzip, struct error *error)
{
    if (!refill(gzip, error))
        return false;
    if (gzip->stream.avail_in == 0)
        return fail(gzip, "the file ends too early", error);
    int status = inflate(&gzip->stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
        gzip->ended = true;
        return expect_end(gzip, error);
    }
    if (status == Z_OK || status == Z_BUF_ERROR)
        return true;
    return fail(gzip, gzip->stream.msg != NULL ? gzip->stream.msg : zError(status), error);
}

bool gzip_read(struct gzip *gzip, void *data, size_t size, size_t *got, struct error *error)
{
    *got = 0;
    while (*got < size && !gzip->ended) {
        size_t left = size - *got;
        uInt space = left < INPUT_SIZE ? (uInt)left : INPUT_SIZE;
        gzip->stream.next_out = (uint8_t *)data + *got;
        gzip->stream.avail_out = space;
        if (!inflate_some(gzip, error))
            return false;
        *got += space - gzip->stream.avail_out;
        gzip->produced += space - gzip->stream.avail_out;
    }
    return true;
}

void gzip_close(struct gzip *gzip)
{
    if (gzip->inflating)
        inflateEnd(&gzip->stream);
    if (gzip->fd >= 0)
        close(gzip->fd);
    free(gzip->input);
    *gzip = (struct gzip){.fd = -1};
}
