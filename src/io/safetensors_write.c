#include "io/safetensors.h"

#include "base/file.h"
#include "io/safetensors_internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 };

/* Keeps the place of the header's own hash while the header is made. */
static const char NO_HASH[SHA256_HEX_SIZE]
    = "0000000000000000000000000000000000000000000000000000000000000000";

void metadata_add(struct metadata *metadata, const char *key, const char *value)
{
    if (metadata->count == METADATA_MAX)
        abort();
    metadata->pairs[metadata->count++] = (struct metadata_pair){key, value};
}

/* Hands the tensors' bytes in order to a hash or to a writer. */
static bool emit(const struct tensor *tensors, size_t count, struct sha256 *hash,
                 struct file_writer *writer, struct error *error)
{
    uint8_t piece[PIECE * 4];
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < tensors[t].count; i += PIECE) {
            size_t n = tensors[t].count - i < PIECE ? tensors[t].count - i : PIECE;
            for (size_t k = 0; k < n; k++)
                dtype_encode_f32(tensors[t].values[i + k], piece + 4 * k);
            if (hash != NULL)
                sha256_update(hash, piece, 4 * n);
            if (writer != NULL && !file_writer_write(writer, piece, 4 * n, error))
                return false;
        }
    }
    return true;
}

bool tensors_hash(const struct tensor *tensors, size_t count, char hex[SHA256_HEX_SIZE],
                  struct error *error)
{
    struct sha256 hash;
    if (!sha256_start(&hash, error))
        return false;
    emit(tensors, count, &hash, NULL, error);
    sha256_finish(&hash, hex);
    return true;
}

bool safetensors_hash_header(const uint8_t *header, size_t size, size_t *digits,
                             char hex[SHA256_HEX_SIZE], struct error *error)
{
    static const char before[] = "\"" HEADER_KEY "\":\""; /* within a text it would be \" */
    const size_t length = sizeof before - 1;
    const uint8_t *at = memmem(header, size, before, length);
    struct sha256 hash;
    *digits = at != NULL ? (size_t)(at - header) + length : size;
    if (size - *digits < HASH_DIGITS)
        *digits = size;
    if (!sha256_start(&hash, error))
        return false;
    sha256_update(&hash, header, *digits);
    if (*digits < size) {
        sha256_update(&hash, NO_HASH, HASH_DIGITS);
        sha256_update(&hash, header + *digits + HASH_DIGITS, size - *digits - HASH_DIGITS);
    }
    sha256_finish(&hash, hex);
    return true;
}

/* {"dtype": "F32", "shape": [...], "data_offsets": [offset, end]}; NULL if there is no memory. */
static json_t *make_entry(const struct tensor *tensor, size_t offset)
{
    json_t *shape = json_array();
    size_t end = offset + 4 * tensor->count;
    int failed = 0;
    for (size_t d = 0; d < tensor->dims; d++)
        failed |= json_array_append_new(shape, json_integer((json_int_t)tensor->shape[d]));
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtype_name(DTYPE_F32), "shape",
                              shape, "data_offsets", (json_int_t)offset, (json_int_t)end);
    if (failed != 0) {
        json_decref(entry);
        entry = NULL;
    }
    return entry;
}

/* The header's JSON, or NULL. Keys stay in the order given; the header's own hash is yet to come.
 */
static json_t *make_json(const struct tensor *tensors, size_t count,
                         const struct metadata *metadata, const char *hash)
{
    json_t *root = json_object(), *pairs = json_object();
    int failed = 0;
    for (size_t i = 0; i < metadata->count; i++)
        failed |= json_object_set_new(pairs, metadata->pairs[i].key,
                                      json_string(metadata->pairs[i].value));
    failed |= json_object_set_new(pairs, PAYLOAD_KEY, json_string(hash));
    failed |= json_object_set_new(pairs, HEADER_KEY, json_string(NO_HASH));
    failed |= json_object_set_new(root, METADATA_KEY, pairs);
    size_t offset = 0;
    for (size_t t = 0; t < count; t++) {
        failed |= json_object_set_new(root, tensors[t].name, make_entry(&tensors[t], offset));
        offset += 4 * tensors[t].count;
    }
    if (failed == 0)
        return root;
    json_decref(root);
    return NULL;
}

/* The whole header in *header, which the caller frees: length, JSON, padding. */
static bool make_header(const char *path, const struct tensor *tensors, size_t count,
                        const struct metadata *metadata, uint8_t **header, size_t *size,
                        struct error *error)
{
    char hash[SHA256_HEX_SIZE];
    if (!tensors_hash(tensors, count, hash, error))
        return false;
    json_t *json = make_json(tensors, count, metadata, hash);
    /* Not json_dumps, which leaves keys out when it lacks memory. */
    size_t length = json != NULL ? json_dumpb(json, NULL, 0, JSON_COMPACT) : 0;
    size_t padded = (length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    size_t digits;
    uint8_t *block = length > 0 ? malloc(8 + padded) : NULL;
    bool good
        = block != NULL && json_dumpb(json, (char *)block + 8, length, JSON_COMPACT) == length;
    if (good) {
        for (int i = 0; i < 8; i++)
            block[i] = (uint8_t)((uint64_t)padded >> (8 * i));
        memset(block + 8 + length, ' ', padded - length);
        good = safetensors_hash_header(block, 8 + padded, &digits, hash, error);
        if (good)
            memcpy(block + digits, hash, HASH_DIGITS);
    } else {
        error_set(error, "%s: cannot make the header: a text is not UTF-8, or no memory", path);
    }
    json_decref(json);
    *header = block;
    *size = 8 + padded;
    return good;
}

bool tensor_file_write(const char *path, const struct tensor *tensors, size_t count,
                       const struct metadata *metadata, struct error *error)
{
    uint8_t *header = NULL;
    size_t size = 0;
    struct file_writer writer = {.fd = -1};
    bool good = make_header(path, tensors, count, metadata, &header, &size, error)
                && file_writer_open(&writer, path, error)
                && file_writer_write(&writer, header, size, error)
                && emit(tensors, count, NULL, &writer, error)
                && file_writer_commit(&writer, NULL, error);
    file_writer_close(&writer);
    free(header);
    return good;
}
