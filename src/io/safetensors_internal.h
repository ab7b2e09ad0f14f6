/* What reading and writing of safetensors files share. */
#ifndef REINIT_IO_SAFETENSORS_INTERNAL_H
#define REINIT_IO_SAFETENSORS_INTERNAL_H

#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>
#include <stdint.h>

#define METADATA_KEY "__metadata__"
#define PAYLOAD_KEY "payload_sha256"
#define HEADER_KEY "header_sha256"

enum { HASH_DIGITS = SHA256_HEX_SIZE - 1, HEADER_ALIGNMENT = 8 };

/* The SHA-256 of a header, from its length to its padding, with the digits of its own hash taken to
 * be zeros. *digits is their offset, or `size` if there are none. */
bool safetensors_hash_header(const uint8_t *header, size_t size, size_t *digits,
                             char hex[SHA256_HEX_SIZE], struct error *error);

#endif
