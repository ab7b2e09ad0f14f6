/* Safetensors, the weight files' format: float32 tensors under names, beside text metadata.
 *
 *     8 bytes   length N of the header, little-endian
 *     N bytes   JSON: {"__metadata__": {"key": "value", ...},
 *                      "name": {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, ...}
 *               padded with spaces so that the tensors begin at a multiple of 8
 *     rest      the tensors, row-major, little-endian, one after another without a gap
 *
 * Files are the same bytes on every machine: no times, one form of NaN (0x7fc00000), -0 kept.
 *
 * Every bit of a file written here is covered by one of two hashes in its metadata:
 * "payload_sha256" is that of the rest, "header_sha256" that of the first 8 + N bytes with its own
 * 64 digits taken to be zeros. A file that has one must have both and is checked against them; one
 * that has neither, by another writer, is read unchecked.
 *
 * Reading trusts nothing: lengths, offsets, shapes, names and types are checked, and everything
 * unusual is an error naming the file and the place.
 */
#ifndef REINIT_IO_SAFETENSORS_H
#define REINIT_IO_SAFETENSORS_H

#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>

enum { TENSOR_DIMS_MAX = 4, TENSOR_NAME_MAX = 64, METADATA_MAX = 32 };

struct tensor {
    char name[TENSOR_NAME_MAX];
    size_t shape[TENSOR_DIMS_MAX];
    size_t dims;
    size_t count;  /* elements */
    float *values; /* in this machine's byte order; whose, see below */
};

struct metadata {
    const char *keys[METADATA_MAX];
    const char *values[METADATA_MAX];
    size_t count;
};

struct tensor_file {
    struct tensor *tensors;
    size_t count;
    struct metadata metadata;
    char payload_sha256[SHA256_HEX_SIZE];
    bool verified; /* it has hashes of itself, and they are right */
    float *values; /* of all tensors; with the parsed header freed by tensor_file_free */
    struct json_t *header;
};

/* Reads a whole file; all of *file, values included, is freed by tensor_file_free. */
bool tensor_file_read(struct tensor_file *file, const char *path, struct error *error);
void tensor_file_free(struct tensor_file *file);

/* NULL if there is none of that name. */
const struct tensor *tensor_file_find(const struct tensor_file *file, const char *name);
const char *tensor_file_metadata(const struct tensor_file *file, const char *key);

/* Adds a pair; the strings stay the caller's and must outlive the metadata. */
void metadata_add(struct metadata *metadata, const char *key, const char *value);

/* The SHA-256 of the tensors as they would lie in a file. */
bool tensors_hash(const struct tensor *tensors, size_t count, char hex[SHA256_HEX_SIZE],
                  struct error *error);

/* Writes a file atomically, adding both hashes to the metadata. */
bool tensor_file_write(const char *path, const struct tensor *tensors, size_t count,
                       const struct metadata *metadata, struct error *error);

#endif
