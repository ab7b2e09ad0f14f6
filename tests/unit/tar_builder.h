/* Hand-made .tar.gz files for the tests: a growing tar in memory, good unless damaged on purpose,
 * and gzip around it. Failures of the test's own machinery abort. */
#ifndef REINIT_TESTS_TAR_BUILDER_H
#define REINIT_TESTS_TAR_BUILDER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

struct tar {
    uint8_t *data;
    size_t size;
};

static inline void must(int holds)
{
    if (!holds)
        abort();
}

static inline void tar_append(struct tar *tar, const void *data, size_t size)
{
    tar->data = realloc(tar->data, tar->size + size + 1);
    must(tar->data != NULL);
    if (data != NULL)
        memcpy(tar->data + tar->size, data, size);
    else
        memset(tar->data + tar->size, 0, size);
    tar->size += size;
}

/* Writes the right checksum into the header at the given byte. */
static inline void tar_sign(struct tar *tar, size_t at)
{
    unsigned sum = 0;
    memset(tar->data + at + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += tar->data[at + i];
    snprintf((char *)tar->data + at + 148, 8, "%06o", sum);
}

/* A ustar header alone. Returns where it is. */
static inline size_t tar_header(struct tar *tar, const char *name, char type, size_t size)
{
    size_t at = tar->size;
    tar_append(tar, NULL, 512);
    char *h = (char *)tar->data + at;
    must(strlen(name) <= 100);
    memcpy(h, name, strlen(name));
    memcpy(h + 100, "0000644", 7);
    char octal[24];
    must(snprintf(octal, sizeof octal, "%011zo", size) == 11);
    memcpy(h + 124, octal, 12);
    h[156] = type;
    memcpy(h + 257, "ustar\00000", 8);
    tar_sign(tar, at);
    return at;
}

/* A whole entry, padded. Returns where its header is. */
static inline size_t tar_entry(struct tar *tar, const char *name, char type, const void *data,
                               size_t size)
{
    size_t at = tar_header(tar, name, type, size);
    tar_append(tar, data, size);
    tar_append(tar, NULL, (512 - size % 512) % 512);
    return at;
}

static inline void tar_end(struct tar *tar)
{
    tar_append(tar, NULL, 1024);
}

static inline void tar_free(struct tar *tar)
{
    free(tar->data);
    *tar = (struct tar){NULL, 0};
}

static inline void bytes_save(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    must(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

/* Compresses `size` bytes as one gzip member, which the caller frees. */
static inline uint8_t *gzip_bytes(const void *data, size_t size, size_t *packed)
{
    z_stream z = {0};
    must(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t bound = deflateBound(&z, size) + 32;
    uint8_t *out = malloc(bound);
    must(out != NULL);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)size;
    z.next_out = out;
    z.avail_out = (uInt)bound;
    must(deflate(&z, Z_FINISH) == Z_STREAM_END);
    *packed = bound - z.avail_out;
    deflateEnd(&z);
    return out;
}

static inline void gzip_save(const char *path, const void *data, size_t size)
{
    size_t packed;
    uint8_t *out = gzip_bytes(data, size, &packed);
    bytes_save(path, out, packed);
    free(out);
}

/* A fresh folder that becomes the working folder, of a short name, which goes into tar headers;
 * `home` receives the old one. */
static inline void scratch_enter(char folder[64], char home[200])
{
    must(getcwd(home, 200) != NULL);
    snprintf(folder, 64, "/tmp/reinit-test-XXXXXX");
    must(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

static inline void scratch_leave(const char *folder, const char *home)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    must(chdir(home) == 0 && system(command) == 0);
}

#endif
