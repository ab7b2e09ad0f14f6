#include "data/sources.h"

#include "data/archive.h"
#include "data/npm_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16, DOWNLOAD_MAX = 1 << 30 };

static const char archive_folder[] = "cifar-10-batches-bin/";

/* Copies up to one byte more than the file should have: enough to tell that it has too many. */
static bool copy_file(int fd, const char *path, uint64_t size, struct file_writer *writer,
                      struct error *error)
{
    uint8_t piece[PIECE];
    uint64_t copied = 0;
    size_t got = PIECE;
    while (got == PIECE && copied <= size) {
        if (!file_read_some(fd, path, piece, PIECE, &got, error)
            || !file_writer_write(writer, piece, got, error))
            return false;
        copied += got;
    }
    if (copied > size)
        return error_set(error, "%s: more than the official %ju bytes", path, (uintmax_t)size);
    return copied == size
           || error_set(error, "%s: %ju bytes, not the official %ju", path, (uintmax_t)copied,
                        (uintmax_t)size);
}

static bool fetch_one_from_folder(struct fetch *fetch, const char *folder, size_t index,
                                  struct error *error)
{
    const struct official_file *file = &fetch->set->files[index];
    char path[FILE_PATH];
    if (!file_path(path, error, "%s/%s", folder, file->name))
        return false;
    struct file_writer writer = {.fd = -1};
    int fd = file_open_read(path, error);
    bool good = fd >= 0 && fetch_begin_file(fetch, index, &writer, error)
                && copy_file(fd, path, file->size, &writer, error)
                && fetch_end_file(fetch, index, &writer, folder, error);
    file_writer_close(&writer);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool fetch_from_folder(struct fetch *fetch, const char *folder, struct error *error)
{
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        if (!fetch->good[i] && !fetch_one_from_folder(fetch, folder, i, error))
            return false;
    }
    return true;
}

struct unpacking {
    struct fetch *fetch;
    const char *path;
};

static bool unpack_entry(void *context, size_t index, struct archive *archive, struct error *error)
{
    const struct unpacking *unpacking = context;
    struct fetch *fetch = unpacking->fetch;
    if (fetch->good[index])
        return true;
    struct file_writer writer;
    uint8_t piece[PIECE];
    size_t got = PIECE;
    bool good = fetch_begin_file(fetch, index, &writer, error);
    while (good && got == PIECE)
        good = archive_read(archive, piece, PIECE, &got, error)
               && file_writer_write(&writer, piece, got, error);
    good = good && fetch_end_file(fetch, index, &writer, unpacking->path, error);
    file_writer_close(&writer);
    return good;
}

/* See the header for what archives must have the official sum. */
static bool check_archive(const struct official_file *official, const char *path,
                          bool must_be_official, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_errno(error, "%s", path);
    if (S_ISREG(status.st_mode) && (uint64_t)status.st_size != official->size) {
        return !must_be_official
               || error_set(error, "%s: %jd bytes, not the official %ju", path,
                            (intmax_t)status.st_size, (uintmax_t)official->size);
    }
    char hex[SHA256_HEX_SIZE];
    if (!sha256_of_file(path, hex, error))
        return false;
    return strcmp(hex, official->sha256) == 0
           || error_set(error, "%s: SHA-256 is %s, not the official %s", path, hex,
                        official->sha256);
}

static bool fetch_from_archive(struct fetch *fetch, const char *path, bool must_be_official,
                               struct error *error)
{
    if (!check_archive(&fetch->set->archive, path, must_be_official, error))
        return false;
    char names[OFFICIAL_FILES][64];
    struct archive_wanted wanted[OFFICIAL_FILES];
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        const struct official_file *file = &fetch->set->files[i];
        snprintf(names[i], sizeof names[i], "%s%s", archive_folder, file->name);
        wanted[i] = (struct archive_wanted){names[i], file->size, file->size};
    }
    struct unpacking unpacking = {fetch, path};
    return archive_visit(path, wanted, OFFICIAL_FILES, unpack_entry, &unpacking, error);
}

static bool is_official(const struct source *source)
{
    return strcmp(source->name, source->fetch->set->url) == 0;
}

static const char npm_prefix[] = "npm:";

static bool is_package(const struct source *source)
{
    return strncmp(source->name, npm_prefix, sizeof npm_prefix - 1) == 0;
}

static bool is_url(const struct source *source)
{
    return !is_package(source) && strstr(source->name, "://") != NULL;
}

/* What an earlier, interrupted run had brought whole is tried before anything is asked of the
 * server. */
static bool obtain_url(struct source *source, struct error *error)
{
    static const char *const schemes[] = {"http://", "https://", "file://"};
    const struct official_file *archive = &source->fetch->set->archive;
    const struct download_request request = {
        .url = source->name,
        .limit = is_official(source) ? archive->size : DOWNLOAD_MAX,
        .stop = &source->stop,
        .progress = &source->progress,
    };
    bool known = false;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        known = known || strncmp(source->name, schemes[i], strlen(schemes[i])) == 0;
    if (!known)
        return error_set(error, "only http, https and file URLs are known");
    char path[FILE_PATH];
    uint64_t size;
    if (source->download.fd < 0
        && !(fetch_download_path(path, source->fetch, source->name, error)
             && download_open(&source->download, path, error)))
        return false;
    source->keep = true;
    if (!download_size(&source->download, &size, error))
        return false;
    source->download.resumed = size == archive->size;
    return source->download.resumed || download_fetch(&source->download, &request, error);
}

static bool unpack_url(struct source *source, bool *again, struct error *error)
{
    struct error ignored;
    if (fetch_from_archive(source->fetch, source->download.path, is_official(source), error)) {
        source->keep = false;
        return true;
    }
    /* Stopped while unpacking, or by the system, a full disk for one: that says nothing of the
     * download, which need not come again. */
    source->keep = fetch_stopped(source->fetch, &ignored) || error->refused;
    *again = !source->keep && source->download.resumed
             && download_restart(&source->download, &ignored);
    return false;
}

static bool unpack_local(struct source *source, struct error *error)
{
    struct stat status;
    if (stat(source->name, &status) != 0)
        return error_errno(error, "%s", source->name);
    if (S_ISDIR(status.st_mode))
        return fetch_from_folder(source->fetch, source->name, error);
    return fetch_from_archive(source->fetch, source->name, false, error);
}

void source_open(struct source *source, struct fetch *fetch, const char *name)
{
    *source = (struct source){.fetch = fetch, .name = name, .download = {.fd = -1}};
}

bool source_is_local(const struct source *source)
{
    return !is_package(source) && !is_url(source);
}

bool source_obtain(struct source *source, struct error *error)
{
    if (is_package(source))
        return npm_source_obtain(source->fetch, source->name + sizeof npm_prefix - 1,
                                 source->scratch, &source->stop, &source->tarball, error);
    return source_is_local(source) || obtain_url(source, error);
}

bool source_unpack(struct source *source, bool *again, struct error *error)
{
    bool good;
    *again = false;
    fetch_start_progress(source->fetch);
    if (is_package(source))
        good = npm_source_unpack(source->fetch, source->tarball, error);
    else if (is_url(source))
        good = unpack_url(source, again, error);
    else
        good = unpack_local(source, error);
    progress_end(&source->fetch->progress);
    return good;
}

void source_close(struct source *source)
{
    struct error ignored;
    download_close(&source->download, source->keep);
    if (source->scratch[0] != '\0')
        fetch_remove_scratch(source->scratch, &ignored);
    source->scratch[0] = '\0';
    free(source->tarball);
    source->tarball = NULL;
}
