/* Safetensors, the format of weight files: named tensors and text metadata.
 *
 *     8 bytes   length N of the header, little-endian, at most 100,000,000
 *     N bytes   JSON: {"__metadata__": {"key": "value", ...},
 *                      "name": {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, ...}
 *     rest      the tensors, row-major, little-endian, in any order, without gaps
 *
 * Any file within the format's limits is read: entries in any order, any element type, rank and
 * number of metadata pairs, tensors without elements. Reading trusts nothing: lengths, offsets,
 * shapes, names and types are checked, and an error names the file, the tensor and the reason.
 *
 * Written files hold float32 tensors in the order given, and are the same bytes on every machine:
 * no times, one form of NaN (0x7fc00000), -0 kept. Their layout is compact JSON, metadata first,
 * entries in the order of the data, padded with spaces to a multiple of 8 bytes.
 *
 * Integrity. Two hashes, the last pairs of the metadata, cover every bit of a written file:
 * "payload_sha256" is that of the rest, "header_sha256" that of the first 8 + N bytes with its own
 * 64 digits taken to be zeros. A file that is read is one of these:
 *
 *     verified   both hashes hold
 *     unhashed   it has neither: another program wrote it, and there is nothing to verify
 *     resaved    header_sha256 does not hold, and the header does not have the layout above, or the
 *                data has been put into the order of the safetensors library (larger elements
 *                first, then by name): another program loaded the file and saved it with its
 *                metadata. payload_sha256 must then hold for the values in the order in which they
 *                were first written. The network knows that order: run/weights.h verifies it.
 *     damaged    anything else, which is an error: one hash without the other; a header in the
 *                layout above, or a payload below a good header, that does not have its hash
 *
 * A bit that changes in a written file leaves the header without JSON, or in its layout and order,
 * so it is damage, never taken for a file saved again (tests/unit/test_bitflips.c). In a resaved
 * file the hash covers the values, and with them names and shapes, but not the metadata.
 */
#ifndef REINIT_IO_SAFETENSORS_H
#define REINIT_IO_SAFETENSORS_H

#include "base/error.h"
#include "base/sha256.h"
#include "io/dtype.h"

#include <stddef.h>

enum { METADATA_MAX = 32 }; /* pairs that a file is written with; those read may be more */

struct tensor {
    const char *name; /* name and shape are the caller's, or the file's */
    const size_t *shape;
    size_t dims;
    size_t count;  /* elements */
    float *values; /* F32: in this machine's byte order; NULL for other types */
    enum dtype dtype;
    const uint8_t *bytes; /* as the file has them; NULL for a tensor that was not read */
};

struct metadata_pair {
    const char *key, *value;
};

/* To be written. */
struct metadata {
    struct metadata_pair pairs[METADATA_MAX];
    size_t count;
};

enum tensor_file_state { TENSORS_UNHASHED, TENSORS_VERIFIED, TENSORS_RESAVED };

struct tensor_file {
    struct tensor *tensors; /* in the order of their data */
    size_t count;
    struct metadata_pair *pairs;
    size_t pair_count;
    enum tensor_file_state state;
    char payload_sha256[SHA256_HEX_SIZE]; /* of the bytes as they are in the file */
    /* Freed by tensor_file_free. */
    float *values;
    size_t *shapes;
    uint8_t *data;
    struct json_t *header;
};

/* Reads a whole file; all of *file, values included, is freed by tensor_file_free. */
bool tensor_file_read(struct tensor_file *file, const char *path, struct error *error);

/* The same without regard to its hashes: the file is unhashed. */
bool tensor_file_read_unverified(struct tensor_file *file, const char *path, struct error *error);

void tensor_file_free(struct tensor_file *file);

/* NULL if there is none of that name. */
const struct tensor *tensor_file_find(const struct tensor_file *file, const char *name);
const char *tensor_file_metadata(const struct tensor_file *file, const char *key);

/* The payload_sha256 that a verified or resaved file states. */
const char *tensor_file_stated(const struct tensor_file *file);

/* Adds a pair; the strings stay the caller's and must outlive the metadata. */
void metadata_add(struct metadata *metadata, const char *key, const char *value);

/* The SHA-256 of the float32 tensors as a file would hold them, in this order. */
bool tensors_hash(const struct tensor *tensors, size_t count, char hex[SHA256_HEX_SIZE],
                  struct error *error);

/* Writes float32 tensors to a file atomically, adding both hashes to the metadata. */
bool tensor_file_write(const char *path, const struct tensor *tensors, size_t count,
                       const struct metadata *metadata, struct error *error);

#endif
