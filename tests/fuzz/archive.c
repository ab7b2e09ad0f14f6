/* gzip and tar. Of the first byte, bit 0 says that the rest is a tar yet to be compressed, bit 1
 * that its headers are to have the right checksums. */
#include "fuzz/fuzz.h"

#include "data/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BLOCK = 512, WANTED = 2, WANTED_MAX = 1500 };

static const struct archive_wanted wanted[WANTED]
    = {{"d/a.bin", 0, WANTED_MAX}, {"d/b.bin", 7, WANTED_MAX}};

struct visits {
    int count[WANTED];
};

static bool visit(void *context, size_t index, struct archive *archive, struct error *error)
{
    struct visits *visits = context;
    uint8_t data[WANTED_MAX + 1];
    size_t got;
    fuzz_check(index < WANTED && visits->count[index]++ == 0, "an entry is visited once");
    /* Of the second, the rest is left to be skipped. */
    if (!archive_read(archive, data, index == 0 ? sizeof data : 3, &got, error))
        return false;
    fuzz_check(got <= WANTED_MAX, "an entry has no more bytes than are allowed");
    return true;
}

/* Signs what a reader of tar would take for headers. */
static void sign(uint8_t *tar, size_t size)
{
    for (size_t at = 0; size >= BLOCK && at <= size - BLOCK;) {
        unsigned sum = 0;
        char octal[8] = "", digits[12] = "";
        memset(tar + at + 148, ' ', 8);
        for (size_t i = 0; i < BLOCK; i++)
            sum += tar[at + i];
        if (sum == 8 * ' ') {
            memset(tar + at + 148, 0, 8); /* the end */
            at += BLOCK;
            continue;
        }
        snprintf(octal, sizeof octal, "%06o", sum);
        memcpy(tar + at + 148, octal, sizeof octal);
        memcpy(digits, tar + at + 124, 11);
        size_t contents = strtoul(digits, NULL, 8) % (1 << 20);
        at += BLOCK + (contents + BLOCK - 1) / BLOCK * BLOCK;
    }
}

static void save_compressed(const char *path, const uint8_t *tar, size_t size)
{
    z_stream z = {0};
    fuzz_check(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
    size_t bound = deflateBound(&z, size) + 32;
    uint8_t *out = malloc(bound);
    fuzz_check(out != NULL, "memory");
    z.next_in = (Bytef *)(uintptr_t)tar;
    z.avail_in = (uInt)size;
    z.next_out = out;
    z.avail_out = (uInt)bound;
    fuzz_check(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib compresses");
    fuzz_save(path, out, bound - z.avail_out);
    deflateEnd(&z);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *path = fuzz_path("x.tar.gz");
    size_t length = size - 1;
    uint8_t *copy = malloc(length);
    fuzz_check(copy != NULL, "memory");
    memcpy(copy, data + 1, length);
    if ((data[0] & 2) != 0)
        sign(copy, length);
    if ((data[0] & 1) != 0)
        save_compressed(path, copy, length);
    else
        fuzz_save(path, copy, length);
    free(copy);
    struct visits visits = {{0}};
    struct error error = {""};
    if (!archive_visit(path, wanted, WANTED, visit, &visits, &error))
        fuzz_check_error(&error);
    else
        fuzz_check(visits.count[0] == 1 && visits.count[1] == 1, "nothing wanted is missing");
    return 0;
}
