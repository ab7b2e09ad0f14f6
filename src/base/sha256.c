#include "base/sha256.h"

#include "base/file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool sha256_start(struct sha256 *hash, struct error *error)
{
    /* Without memory for what it makes at first, OpenSSL 3.0 would follow a null pointer. */
    bool ready = OSSL_LIB_CTX_get0_global_default() != NULL;
    hash->context = ready ? EVP_MD_CTX_new() : NULL;
    if (hash->context == NULL || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
        sha256_drop(hash);
        return error_memory(error, "cannot start SHA-256");
    }
    return true;
}

void sha256_update(struct sha256 *hash, const void *data, size_t size)
{
    if (EVP_DigestUpdate(hash->context, data, size) != 1)
        abort();
}

void sha256_finish(struct sha256 *hash, char hex[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[32];
    if (EVP_DigestFinal_ex(hash->context, digest, NULL) != 1)
        abort();
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = '\0';
    sha256_drop(hash);
}

void sha256_drop(struct sha256 *hash)
{
    EVP_MD_CTX_free(hash->context);
    hash->context = NULL;
}

bool sha256_is_hex(const char *text)
{
    return strlen(text) == SHA256_HEX_SIZE - 1
           && strspn(text, "0123456789abcdef") == SHA256_HEX_SIZE - 1;
}

bool sha256_of(const void *data, size_t size, char hex[SHA256_HEX_SIZE], struct error *error)
{
    struct sha256 hash;
    if (!sha256_start(&hash, error))
        return false;
    sha256_update(&hash, data, size);
    sha256_finish(&hash, hex);
    return true;
}

bool sha256_of_file(const char *path, char hex[SHA256_HEX_SIZE], struct error *error)
{
    enum { PIECE = 1 << 16 };
    int fd = file_open_read(path, error);
    if (fd < 0)
        return false;
    struct sha256 hash;
    uint8_t *piece = malloc(PIECE);
    bool good = piece != NULL || error_memory(error, "%s: out of memory", path);
    good = good && sha256_start(&hash, error);
    while (good) {
        size_t got;
        if (!file_read_some(fd, path, piece, PIECE, &got, error)) {
            sha256_drop(&hash);
            good = false;
        } else if (got == 0) {
            sha256_finish(&hash, hex);
            break;
        } else {
            sha256_update(&hash, piece, got);
        }
    }
    free(piece);
    close(fd);
    return good;
}
