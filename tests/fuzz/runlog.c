/* Transcripts of trainings. Bit 0 of the first byte says that their hashes are to be put right. */
#include "fuzz/fuzz.h"

#include "base/sha256.h"
#include "io/runlog.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = SHA256_HEX_SIZE - 1, COLUMNS = 6 };

/* The last 64 characters of a line, which begin after `before`; NULL if they are not so many. */
static char *digits_of(char *line, char *end, char before)
{
    char *digits = end - DIGITS;
    return end - line > DIGITS && digits[-1] == before ? digits : NULL;
}

static void put_hash(const void *data, size_t size, char *digits)
{
    char hex[SHA256_HEX_SIZE];
    struct error error;
    fuzz_check(sha256_of(data, size, hex, &error), "SHA-256 is to be had");
    memcpy(digits, hex, DIGITS);
}

/* An epoch's link: of the one before, and of the line without rate and link. */
static void link_epoch(const char *line, char *digits, const char *before)
{
    char text[RUNLOG_LINE_MAX + DIGITS + 2];
    const char *rate = memchr(line, '\t', (size_t)(digits - line));
    rate = rate != NULL ? memchr(rate + 1, '\t', (size_t)(digits - rate - 1)) : NULL;
    const char *hashes = rate != NULL ? memchr(rate + 1, '\t', (size_t)(digits - rate - 1)) : NULL;
    if (hashes == NULL || digits - line > RUNLOG_LINE_MAX)
        return;
    int length = snprintf(text, sizeof text, "%.*s\t%.*s%.*s\n", (int)DIGITS, before,
                          (int)(rate - line), line, (int)(digits - 1 - hashes), hashes);
    put_hash(text, (size_t)length, digits);
}

static void sign(char *text, size_t size)
{
    char *before = NULL, *line = text;
    while (line < text + size) {
        char *end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL)
            return;
        bool is_pair = line[0] == '#';
        char *digits = digits_of(line, end, is_pair ? ' ' : '\t');
        if (digits != NULL && is_pair
            && (strncmp(line, "# chain_sha256 ", 15) == 0
                || strncmp(line, "# file_sha256 ", 14) == 0))
            put_hash(text, (size_t)(line - text), digits);
        else if (digits != NULL && !is_pair && before != NULL)
            link_epoch(line, digits, before);
        if (digits != NULL && (!is_pair || line[2] == 'c'))
            before = digits;
        line = end + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_path("log.tsv"), *one = fuzz_path("one"), *two = fuzz_path("two");
    struct runlog log, again;
    struct error error = {""};
    if (size < 1)
        return 0;
    char *text = malloc(size);
    fuzz_check(text != NULL, "memory");
    memcpy(text, data + 1, size - 1);
    if ((data[0] & 1) != 0)
        sign(text, size - 1);
    fuzz_save(path, text, size - 1);
    free(text);
    if (!runlog_read(&log, path, &error)) {
        fuzz_check_error(&error);
    } else {
        fuzz_check(runlog_write(&log, one, &error) && runlog_read(&again, one, &error)
                       && runlog_write(&again, two, &error) && fuzz_same(one, two)
                       && fuzz_same(path, one),
                   "what was read is what would be written");
        runlog_free(&again);
    }
    runlog_free(&log);
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    static const char hash[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const char *path = fuzz_path("log.tsv");
    struct runlog log = {0};
    struct error error;
    size_t size;
    fuzz_check(runlog_add_pair(&log, "net", "carlini", &error)
                   && runlog_add_pair(&log, "seed", "1", &error)
                   && runlog_append(&log, 729.5, 1000, hash, hash, &error)
                   && runlog_append(&log, (double)NAN, 0, hash, hash, &error)
                   && runlog_write(&log, path, &error),
               "a log can be written");
    runlog_free(&log);
    uint8_t *text = fuzz_load(path, &size), *seed = malloc(size + 1);
    fuzz_check(seed != NULL, "memory");
    for (uint8_t mode = 0; mode < 2; mode++) {
        seed[0] = mode;
        memcpy(seed + 1, text, size);
        fuzz_seed(mode == 0 ? "plain" : "signed", seed, size + 1);
    }
    free(seed);
    free(text);
    return 0;
}
