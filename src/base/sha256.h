/* SHA-256 (FIPS 180-4), computed by OpenSSL's libcrypto. */
#ifndef REINIT_BASE_SHA256_H
#define REINIT_BASE_SHA256_H

#include "base/error.h"

#include <stddef.h>

#define SHA256_HEX_SIZE 65 /* 64 lower-case digits and a terminating zero */

struct sha256 {
    void *context; /* an EVP_MD_CTX */
};

/* Start, feed, finish. A started hash is finished or dropped; to drop a finished one
 * does nothing. */
bool sha256_start(struct sha256 *hash, struct error *error);
void sha256_update(struct sha256 *hash, const void *data, size_t size);
void sha256_finish(struct sha256 *hash, char hex[SHA256_HEX_SIZE]);
void sha256_drop(struct sha256 *hash);

/* Whether a text has the form of a hash: 64 lower-case digits. */
bool sha256_is_hex(const char *text);

/* The hash of one block of memory. */
bool sha256_of(const void *data, size_t size, char hex[SHA256_HEX_SIZE], struct error *error);

/* The hash of a whole file, read in pieces. */
bool sha256_of_file(const char *path, char hex[SHA256_HEX_SIZE], struct error *error);

#endif
