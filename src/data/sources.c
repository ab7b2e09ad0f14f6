#include "data/sources.h"

#include "data/archive.h"
#include "data/download.h"
#include "data/npm_source.h"

#include <stdio.h>
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

/* What an earlier, interrupted run had brought whole is tried before anything is asked of the
 * server. A download that was gone on with and turns out wrong may be made of two different files:
 * then it is had once more from its beginning. */
static bool download_and_unpack(struct fetch *fetch, struct download *download,
                                const struct download_request *request, bool *keep,
                                struct error *error)
{
    bool official = strcmp(request->url, fetch->set->url) == 0;
    uint64_t size;
    if (!download_size(download, &size, error))
        return false;
    bool whole = size == fetch->set->archive.size;
    download->resumed = whole;
    for (;; whole = false) {
        *keep = true;
        if (!whole && !download_fetch(download, request, error))
            return false;
        if (fetch_from_archive(fetch, download->path, official, error)) {
            *keep = false;
            return true;
        }
        /* Stopped while unpacking, or by the system, a full disk for one: that says nothing of the
         * download, which need not come again. */
        struct error ignored;
        *keep = fetch_stopped(fetch, &ignored) || error->refused;
        if (*keep || !download->resumed)
            return false;
        if (!download_restart(download, error))
            return false;
    }
}

static bool fetch_from_url(struct fetch *fetch, const char *url, struct error *error)
{
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0
        && strncmp(url, "file://", 7) != 0)
        return error_set(error, "only http, https and file URLs are known");
    bool official = strcmp(url, fetch->set->url) == 0;
    const struct download_request request = {
        .url = url,
        .limit = official ? fetch->set->archive.size : DOWNLOAD_MAX,
        .quiet = fetch->quiet,
        .stop = fetch->stop,
    };
    char path[FILE_PATH];
    if (!fetch_download_path(path, fetch, url, error))
        return false;
    struct download download;
    bool keep = true;
    bool good = download_open(&download, path, error)
                && download_and_unpack(fetch, &download, &request, &keep, error);
    download_close(&download, keep);
    return good;
}

static bool fetch_from(struct fetch *fetch, const char *source, struct error *error)
{
    if (strncmp(source, "npm:", 4) == 0)
        return npm_source_fetch(fetch, source + 4, error);
    if (strstr(source, "://") != NULL)
        return fetch_from_url(fetch, source, error);
    struct stat status;
    if (stat(source, &status) != 0)
        return error_errno(error, "%s", source);
    if (S_ISDIR(status.st_mode))
        return fetch_from_folder(fetch, source, error);
    return fetch_from_archive(fetch, source, false, error);
}

bool sources_fetch(struct fetch *fetch, const char *source, struct error *error)
{
    fetch_start_progress(fetch);
    bool good = fetch_from(fetch, source, error);
    progress_end(&fetch->progress);
    return good;
}
