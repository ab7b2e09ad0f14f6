#include "fuzz/fuzz.h"

#include "base/file.h"
#include "base/sha256.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATHS_MAX = 8, FILE_MAX = 1 << 24 };

static char folder[32];

void fuzz_check(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "fuzz: does not hold: %s\n", what);
    abort();
}

void fuzz_check_error(const struct error *error)
{
    fuzz_check(error->text[0] != '\0', "an error has a text");
    for (const char *c = error->text; *c != '\0'; c++)
        fuzz_check((unsigned char)*c >= 0x20 && *c != 0x7f, "an error is one plain line");
}

static void remove_folder(void)
{
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
        unlinkat(dirfd(listing), entry->d_name, 0);
    closedir(listing);
    rmdir(folder);
}

const char *fuzz_folder(void)
{
    if (folder[0] == '\0') {
        bool memory = access("/dev/shm", W_OK) == 0;
        snprintf(folder, sizeof folder, "%s/reinit-fuzz-XXXXXX", memory ? "/dev/shm" : "/tmp");
        fuzz_check(mkdtemp(folder) != NULL, "a scratch folder can be made");
        atexit(remove_folder);
    }
    return folder;
}

const char *fuzz_path(const char *name)
{
    static char paths[PATHS_MAX][64];
    static size_t count;
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%s/%s", fuzz_folder(), name);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(paths[i], wanted) == 0)
            return paths[i];
    }
    fuzz_check(count < PATHS_MAX, "a target uses few files");
    return strcpy(paths[count++], wanted);
}

void fuzz_save(const char *path, const void *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_check(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0,
               "scratch files can be written");
}

uint8_t *fuzz_load(const char *path, size_t *size)
{
    uint8_t *data;
    struct error error;
    fuzz_check(file_read(path, FILE_MAX, &data, size, &error), "what was written can be read");
    return data;
}

bool fuzz_same(const char *one, const char *two)
{
    size_t size_one, size_two;
    uint8_t *data_one = fuzz_load(one, &size_one), *data_two = fuzz_load(two, &size_two);
    bool same = size_one == size_two && memcmp(data_one, data_two, size_one) == 0;
    free(data_one);
    free(data_two);
    return same;
}

/* Where the digits of "key":"..." lie in the header, or NULL. */
static uint8_t *find_digits(uint8_t *header, size_t size, const char *key)
{
    char before[40];
    size_t length = (size_t)snprintf(before, sizeof before, "\"%s\":\"", key);
    uint8_t *at = memmem(header, size, before, length);
    bool there = at != NULL && size - (size_t)(at - header) >= length + SHA256_HEX_SIZE - 1;
    return there ? at + length : NULL;
}

static void put_hash(const uint8_t *data, size_t size, uint8_t *digits)
{
    char hex[SHA256_HEX_SIZE];
    struct error error;
    fuzz_check(sha256_of(data, size, hex, &error), "SHA-256 is to be had");
    memcpy(digits, hex, SHA256_HEX_SIZE - 1);
}

void fuzz_sign_safetensors(uint8_t *data, size_t size)
{
    uint64_t length = 0;
    for (int i = 0; size >= 8 && i < 8; i++)
        length |= (uint64_t)data[i] << (8 * i);
    if (size < 8 || length > size - 8)
        return;
    size_t header = 8 + (size_t)length;
    uint8_t *digits = find_digits(data, header, "payload_sha256");
    if (digits != NULL)
        put_hash(data + header, size - header, digits);
    digits = find_digits(data, header, "header_sha256");
    if (digits != NULL) {
        memset(digits, '0', SHA256_HEX_SIZE - 1);
        put_hash(data, header, digits);
    }
}

void fuzz_seed(const char *name, const void *data, size_t size)
{
    const char *seeds = getenv("FUZZ_SEEDS");
    char path[4096];
    if (seeds == NULL)
        return;
    snprintf(path, sizeof path, "%s/%s", seeds, name);
    fuzz_save(path, data, size);
}
