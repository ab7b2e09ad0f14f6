#include "data/fetch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char scratch_prefix[] = ".fetch-scratch-";
static const char download_prefix[] = "archive-";
static const char download_suffix[] = ".download";

bool fetch_open(struct fetch *fetch, struct error *error)
{
    memset(fetch->good, 0, sizeof fetch->good);
    fetch->lock = -1;
    if (!file_make_folder(fetch->folder, error))
        return false;
    int fd = open(fetch->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(error, "%s: cannot open the folder", fetch->folder);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            error_set(error, "%s: another process is fetching into it", fetch->folder);
        else
            error_errno(error, "%s: cannot lock the folder", fetch->folder);
        close(fd);
        return false;
    }
    fetch->lock = fd;
    return true;
}

void fetch_close(struct fetch *fetch)
{
    if (fetch->lock >= 0)
        close(fetch->lock);
    fetch->lock = -1;
}

bool fetch_is_complete(const struct fetch *fetch)
{
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        if (!fetch->good[i])
            return false;
    }
    return true;
}

bool fetch_stopped(const struct fetch *fetch, struct error *error)
{
    if (fetch->stop == NULL || *fetch->stop == 0)
        return false;
    error_set(error, "interrupted");
    return true;
}

static double good_megabytes(const struct fetch *fetch)
{
    double bytes = 0;
    for (size_t i = 0; i < OFFICIAL_FILES; i++)
        bytes += fetch->good[i] ? (double)fetch->set->files[i].size : 0;
    return 1e-6 * bytes;
}

void fetch_start_progress(struct fetch *fetch)
{
    double total = 0;
    for (size_t i = 0; i < OFFICIAL_FILES; i++)
        total += 1e-6 * (double)fetch->set->files[i].size;
    progress_start(&fetch->progress, "MB", good_megabytes(fetch), total, fetch->quiet);
}

bool fetch_begin_file(struct fetch *fetch, size_t index, struct file_writer *writer,
                      struct error *error)
{
    *writer = (struct file_writer){.fd = -1};
    char path[FILE_PATH];
    return !fetch_stopped(fetch, error)
           && file_path(path, error, "%s/%s", fetch->folder, fetch->set->files[index].name)
           && file_writer_open(writer, path, error);
}

bool fetch_end_file(struct fetch *fetch, size_t index, struct file_writer *writer,
                    const char *origin, struct error *error)
{
    const struct official_file *file = &fetch->set->files[index];
    char hex[SHA256_HEX_SIZE];
    /* Ends the writer's own sum early, since the name may only be given after it. */
    sha256_finish(&writer->hash, hex);
    if (strcmp(hex, file->sha256) != 0)
        return error_set(error, "%s: its %s has SHA-256 %s, not the official %s", origin,
                         file->name, hex, file->sha256);
    if (!file_writer_commit(writer, NULL, error))
        return false;
    fetch->good[index] = true;
    progress_update(&fetch->progress, good_megabytes(fetch), file->name);
    return true;
}

/* FOLDER/PREFIX and twelve digits of the source's own. */
static bool name_of_source(char path[FILE_PATH], const struct fetch *fetch, const char *prefix,
                           const char *source, struct error *error)
{
    char hex[SHA256_HEX_SIZE];
    return sha256_of(source, strlen(source), hex, error)
           && file_path(path, error, "%s/%s%.12s", fetch->folder, prefix, hex);
}

bool fetch_download_path(char path[FILE_PATH], const struct fetch *fetch, const char *url,
                         struct error *error)
{
    return name_of_source(path, fetch, download_prefix, url, error);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

bool fetch_remove_scratch(const char *path, struct error *error)
{
    return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT
           || error_errno(error, "%s: cannot remove", path);
}

bool fetch_make_scratch(char path[FILE_PATH], const struct fetch *fetch, const char *source,
                        struct error *error)
{
    return name_of_source(path, fetch, scratch_prefix, source, error)
           && fetch_remove_scratch(path, error)
           && (mkdir(path, 0777) == 0 || error_errno(error, "%s: cannot create the folder", path));
}

/* "PREFIX...SUFFIX" */
static bool is_between(const char *name, const char *prefix, const char *suffix)
{
    size_t length = strlen(name), first = strlen(prefix), last = strlen(suffix);
    return length > first + last && strncmp(name, prefix, first) == 0
           && strcmp(name + length - last, suffix) == 0;
}

static bool is_temporary_file(const struct fetch *fetch, const char *name)
{
    bool temporary = is_between(name, download_prefix, download_suffix);
    for (size_t i = 0; i < OFFICIAL_FILES && !temporary; i++) {
        size_t length = strlen(fetch->set->files[i].name);
        temporary = strncmp(name, fetch->set->files[i].name, length) == 0
                    && strcmp(name + length, ".partial") == 0;
    }
    return temporary;
}

static bool remove_temporary(const struct fetch *fetch, const char *name, struct error *error)
{
    char path[FILE_PATH];
    if (is_between(name, scratch_prefix, ""))
        return file_path(path, error, "%s/%s", fetch->folder, name)
               && fetch_remove_scratch(path, error);
    return !is_temporary_file(fetch, name) || unlinkat(fetch->lock, name, 0) == 0
           || error_errno(error, "%s/%s: cannot remove", fetch->folder, name);
}

bool fetch_sweep(const struct fetch *fetch, struct error *error)
{
    DIR *listing = opendir(fetch->folder);
    if (listing == NULL)
        return error_errno(error, "%s: cannot list", fetch->folder);
    bool good = true;
    errno = 0; /* the end of the folder leaves it */
    for (const struct dirent *entry; good && (entry = readdir(listing)) != NULL; errno = 0)
        good = remove_temporary(fetch, entry->d_name, error);
    if (good && errno != 0)
        good = error_errno(error, "%s: cannot list", fetch->folder);
    closedir(listing);
    return good;
}
