#include "data/cifar10.h"

#include "base/file.h"
#include "data/official.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_RECORDS_MAX = 10000 };

const char *const cifar10_split_names[] = {"train", "test", NULL};

/* A file of the official size is to be the official file, whatever has become of it since it was
 * fetched. */
static bool check_official(const char *path, const struct official_file *file, const uint8_t *data,
                           size_t size, struct error *error)
{
    char hex[SHA256_HEX_SIZE];
    if (size != file->size)
        return true;
    if (!sha256_of(data, size, hex, error))
        return false;
    return strcmp(hex, file->sha256) == 0
           || error_set(error, "%s: SHA-256 is %s, not the official %s", path, hex, file->sha256);
}

static bool append_file(struct cifar10 *set, const char *path, const struct official_file *file,
                        size_t limit, struct error *error)
{
    uint8_t *data;
    size_t size;
    if (!file_read(path, (size_t)FILE_RECORDS_MAX * CIFAR10_RECORD, &data, &size, error))
        return false;
    size_t count = size / CIFAR10_RECORD;
    bool good = true;
    if (size == 0 || size % CIFAR10_RECORD != 0)
        good = error_set(error, "%s: %zu bytes are not a whole number of %d-byte records", path,
                         size, CIFAR10_RECORD);
    if (limit != 0 && count > limit - set->count)
        count = limit - set->count;
    uint8_t *records = NULL;
    if (good) {
        records = realloc(set->records, (set->count + count) * CIFAR10_RECORD);
        if (records == NULL)
            good = error_memory(error, "%s: out of memory", path);
    }
    if (good) {
        set->records = records;
        memcpy(records + set->count * CIFAR10_RECORD, data, count * CIFAR10_RECORD);
        set->count += count;
        for (size_t i = 0; good && i < count; i++) {
            if (data[i * CIFAR10_RECORD] >= CIFAR10_CLASSES)
                good = error_set(error, "%s: record %zu has the label %d", path, i,
                                 data[i * CIFAR10_RECORD]);
        }
    }
    good = good && check_official(path, file, data, size, error);
    free(data);
    return good;
}

bool cifar10_load(struct cifar10 *set, const char *folder, enum cifar10_split split, size_t limit,
                  struct error *error)
{
    size_t begin = split == CIFAR10_TRAIN ? 0 : OFFICIAL_TRAIN_FILES;
    size_t end = split == CIFAR10_TRAIN ? OFFICIAL_TRAIN_FILES : OFFICIAL_FILES;
    *set = (struct cifar10){0};
    bool good = true;
    for (size_t i = begin; good && i < end; i++) {
        const struct official_file *file = &official_cifar10.files[i];
        char path[FILE_PATH];
        if (limit != 0 && set->count == limit)
            break;
        good = file_path(path, error, "%s/%s", folder, file->name)
               && append_file(set, path, file, limit, error);
    }
    if (good && limit != 0 && set->count < limit)
        good = error_set(error, "%s: %zu %s examples, fewer than %zu", folder, set->count,
                         cifar10_split_names[split], limit);
    good = good && sha256_of(set->records, set->count * CIFAR10_RECORD, set->sha256, error);
    if (!good)
        cifar10_free(set);
    return good;
}

void cifar10_free(struct cifar10 *set)
{
    free(set->records);
    *set = (struct cifar10){0};
}

uint8_t cifar10_example(const struct cifar10 *set, size_t i, const float table[256], float *x)
{
    enum { PLANE = CIFAR10_SIDE * CIFAR10_SIDE };
    const uint8_t *record = set->records + i * CIFAR10_RECORD;
    for (size_t p = 0; p < PLANE; p++) {
        for (size_t c = 0; c < 3; c++)
            x[3 * p + c] = table[record[1 + c * PLANE + p]];
    }
    return record[0];
}
