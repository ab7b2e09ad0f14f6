/* PNG to records. The first byte's low bits are the number of images less one; bit 7 says that the
 * chunks' checksums are to be put right. */
#include "fuzz/fuzz.h"

#include "data/cifar10.h"
#include "data/png_records.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { IMAGES_MAX = 4, SIGNATURE = 8 };

struct bytes {
    const uint8_t *data;
    size_t left;
};

static bool read_bytes(void *context, void *data, size_t size, size_t *got, struct error *error)
{
    (void)error;
    struct bytes *bytes = context;
    *got = size < bytes->left ? size : bytes->left;
    memcpy(data, bytes->data, *got);
    bytes->data += *got;
    bytes->left -= *got;
    return true;
}

/* A chunk is 4 bytes of length, 4 of type, its contents, and the CRC of type and contents. */
static void sign(uint8_t *png, size_t size)
{
    for (size_t at = SIGNATURE; at + 12 <= size;) {
        const uint8_t *p = png + at;
        size_t length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        if (length > size - at - 12)
            return;
        uint32_t crc = (uint32_t)crc32(0, p + 4, (uInt)length + 4);
        for (int i = 0; i < 4; i++)
            png[at + 8 + length + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
        at += 12 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t labels[IMAGES_MAX] = {3, 1, 4, 1};
    if (size < 1)
        return 0;
    size_t count = 1 + data[0] % IMAGES_MAX;
    uint8_t *png = malloc(size);
    fuzz_check(png != NULL, "memory");
    memcpy(png, data + 1, size - 1);
    if ((data[0] & 0x80) != 0)
        sign(png, size - 1);
    struct bytes bytes = {png, size - 1};
    const struct png_source source = {read_bytes, &bytes};
    const char *path = fuzz_path("records");
    struct file_writer writer;
    struct error error = {""};
    fuzz_check(file_writer_open(&writer, path, &error), "scratch files can be written");
    if (png_records_write("x.png", &source, labels, count, &writer, &error)) {
        struct stat status;
        fuzz_check(bytes.left == 0, "all of the PNG is looked at");
        fuzz_check(file_writer_commit(&writer, NULL, &error) && stat(path, &status) == 0
                       && (uint64_t)status.st_size == count * CIFAR10_RECORD,
                   "as many records as asked for");
    } else {
        fuzz_check_error(&error);
    }
    file_writer_close(&writer);
    free(png);
    return 0;
}
