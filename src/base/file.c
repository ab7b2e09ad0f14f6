#include "base/file.h"

#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 20 };

static int open_again(const char *path, int flags, mode_t mode)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static bool write_all(int fd, const char *path, const uint8_t *data, size_t size,
                      struct error *error)
{
    while (size > 0) {
        ssize_t done = write(fd, data, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return error_errno(error, "%s: cannot write", path);
        data += done;
        size -= (size_t)done;
    }
    return true;
}

static bool sync_file(int fd, const char *path, struct error *error)
{
    while (fsync(fd) != 0) {
        if (errno != EINTR)
            return error_errno(error, "%s: cannot write to disk", path);
    }
    return true;
}

/* A new name is durable once its folder is. Some file systems cannot sync a folder and say EINVAL;
 * there is nothing more to be done on those. */
static bool sync_folder_of(const char *path, struct error *error)
{
    char folder[FILE_PATH];
    if (!file_folder(folder, path, error))
        return false;
    bool good = true;
    int fd = open_again(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        good = error_errno(error, "%s: cannot open the folder", folder);
    } else {
        int status;
        do
            status = fsync(fd);
        while (status != 0 && errno == EINTR);
        if (status != 0 && errno != EINVAL)
            good = error_errno(error, "%s: cannot write the folder to disk", folder);
        close(fd);
    }
    return good;
}

/* A rename would put the file in the place of a device or a pipe, /dev/null say, and is refused a
 * folder only at the end. */
static bool is_replaceable(const char *path, struct error *error)
{
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode)
           || error_set(error, "%s: not a regular file", path);
}

/* The partial file is its own lock. */
static bool open_partial(struct file_writer *writer, struct error *error)
{
    struct error busy;
    error_set(&busy, "%s: another process is writing it", writer->path);
    writer->fd = lock_open(writer->partial, busy.text, error);
    if (writer->fd < 0)
        return false;
    while (ftruncate(writer->fd, 0) != 0) {
        if (errno != EINTR)
            return error_errno(error, "%s: cannot empty", writer->partial);
    }
    return true;
}

bool file_writer_open(struct file_writer *writer, const char *path, struct error *error)
{
    *writer = (struct file_writer){.fd = -1};
    size_t length = strlen(path);
    writer->path = strdup(path);
    writer->partial = malloc(length + sizeof ".partial");
    writer->buffer = malloc(BUFFER_SIZE);
    if (writer->path == NULL || writer->partial == NULL || writer->buffer == NULL)
        return error_memory(error, "%s: out of memory", path);
    memcpy(writer->partial, path, length);
    memcpy(writer->partial + length, ".partial", sizeof ".partial");
    return is_replaceable(path, error) && sha256_start(&writer->hash, error)
           && open_partial(writer, error);
}

static bool flush(struct file_writer *writer, struct error *error)
{
    size_t size = writer->buffered;
    writer->buffered = 0;
    return write_all(writer->fd, writer->partial, writer->buffer, size, error);
}

bool file_writer_write(struct file_writer *writer, const void *data, size_t size,
                       struct error *error)
{
    sha256_update(&writer->hash, data, size);
    if (writer->buffered + size > BUFFER_SIZE && !flush(writer, error))
        return false;
    if (size > BUFFER_SIZE)
        return write_all(writer->fd, writer->partial, data, size, error);
    memcpy(writer->buffer + writer->buffered, data, size);
    writer->buffered += size;
    return true;
}

bool file_writer_print(struct file_writer *writer, struct error *error, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return error_memory(error, "%s: out of memory", writer->path);
    bool good = file_writer_write(writer, text, (size_t)length, error);
    free(text);
    return good;
}

bool file_writer_commit(struct file_writer *writer, char hex[SHA256_HEX_SIZE], struct error *error)
{
    if (!flush(writer, error) || !sync_file(writer->fd, writer->partial, error))
        return false;
    if (rename(writer->partial, writer->path) != 0)
        return error_errno(error, "%s: cannot rename to %s", writer->partial, writer->path);
    free(writer->partial);
    writer->partial = NULL;
    if (hex != NULL)
        sha256_finish(&writer->hash, hex);
    return sync_folder_of(writer->path, error);
}

void file_writer_close(struct file_writer *writer)
{
    if (writer->fd >= 0) {
        if (writer->partial != NULL)
            unlink(writer->partial);
        close(writer->fd);
    }
    if (writer->hash.context != NULL)
        sha256_drop(&writer->hash);
    free(writer->path);
    free(writer->partial);
    free(writer->buffer);
    *writer = (struct file_writer){.fd = -1};
}

bool file_write(const char *path, const void *data, size_t size, struct error *error)
{
    struct file_writer writer;
    bool good = file_writer_open(&writer, path, error)
                && file_writer_write(&writer, data, size, error)
                && file_writer_commit(&writer, NULL, error);
    file_writer_close(&writer);
    return good;
}

bool file_print(const char *path, file_printer *print, const void *what, struct error *error)
{
    struct file_writer writer;
    bool good = file_writer_open(&writer, path, error) && print(&writer, what, error)
                && file_writer_commit(&writer, NULL, error);
    file_writer_close(&writer);
    return good;
}

bool file_publish(const char *from, const char *to, struct error *error)
{
    int fd = open_again(from, O_RDONLY, 0);
    if (fd < 0)
        return error_errno(error, "%s: cannot open", from);
    bool good = sync_file(fd, from, error);
    close(fd);
    if (good && rename(from, to) != 0)
        good = error_errno(error, "%s: cannot rename to %s", from, to);
    return good && sync_folder_of(to, error);
}

int file_open_read(const char *path, struct error *error)
{
    /* O_NONBLOCK keeps a FIFO from blocking the open; regular files ignore it. */
    int fd = open_again(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0) {
        error_errno(error, "%s: cannot open", path);
        return -1;
    }
    struct stat status;
    if (fstat(fd, &status) != 0) {
        error_errno(error, "%s: cannot examine", path);
        close(fd);
        return -1;
    }
    if (!S_ISREG(status.st_mode)) {
        error_set(error, "%s: not a regular file", path);
        close(fd);
        return -1;
    }
    return fd;
}

bool file_read_some(int fd, const char *path, void *data, size_t size, size_t *got,
                    struct error *error)
{
    *got = 0;
    while (*got < size) {
        ssize_t done = read(fd, (uint8_t *)data + *got, size - *got);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return error_errno(error, "%s: cannot read", path);
        if (done == 0)
            break;
        *got += (size_t)done;
    }
    return true;
}

bool file_read(const char *path, size_t limit, uint8_t **data, size_t *size, struct error *error)
{
    *data = NULL;
    *size = 0;
    int fd = file_open_read(path, error);
    if (fd < 0)
        return false;
    bool good = true;
    struct stat status;
    if (fstat(fd, &status) != 0)
        good = error_errno(error, "%s: cannot examine", path);
    else if ((uintmax_t)status.st_size > limit)
        good = error_set(error, "%s: %jd bytes, more than the %zu allowed", path,
                         (intmax_t)status.st_size, limit);
    uint8_t *block = NULL;
    size_t expected = good ? (size_t)status.st_size : 0;
    if (good && (block = malloc(expected + 1)) == NULL)
        good = error_memory(error, "%s: out of memory for %zu bytes", path, expected);
    size_t got = 0;
    good = good && file_read_some(fd, path, block, expected, &got, error);
    if (good && got != expected)
        good = error_set(error, "%s: shorter than its size of %zu bytes", path, expected);
    close(fd);
    if (!good) {
        free(block);
        return false;
    }
    block[expected] = 0;
    *data = block;
    *size = expected;
    return true;
}

bool file_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool file_path(char path[FILE_PATH], struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(path, FILE_PATH, format, arguments);
    va_end(arguments);
    return (length >= 0 && length < FILE_PATH)
           || error_set(error, "%.80s...: the name is too long", path);
}

bool file_folder(char folder[FILE_PATH], const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : (int)(slash - path) + (slash == path);
    return file_path(folder, error, "%.*s", length, slash == NULL ? "." : path);
}

static bool same_place(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool same_file(const char *a, const char *b)
{
    const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
    char folder_a[FILE_PATH], folder_b[FILE_PATH];
    struct error ignored;
    if (strcmp(a, b) == 0 || same_place(a, b))
        return true;
    return strcmp(slash_a != NULL ? slash_a + 1 : a, slash_b != NULL ? slash_b + 1 : b) == 0
           && file_folder(folder_a, a, &ignored) && file_folder(folder_b, b, &ignored)
           && same_place(folder_a, folder_b);
}

bool file_distinct(const char *a, const char *a_what, const char *b, const char *b_what,
                   struct error *error)
{
    return !same_file(a, b)
           || error_set(error, "%s: is given both as %s and as %s", b, a_what, b_what);
}

bool file_make_folder(const char *path, struct error *error)
{
    char *prefix = strdup(path);
    if (prefix == NULL)
        return error_memory(error, "%s: out of memory", path);
    bool good = true;
    for (char *c = prefix + 1; good && c[-1] != '\0'; c++) {
        if (*c != '/' && *c != '\0')
            continue;
        char kept = *c;
        *c = '\0';
        struct stat status;
        if (mkdir(prefix, 0777) == 0)
            good = sync_folder_of(prefix, error);
        else if (errno != EEXIST)
            good = error_errno(error, "%s: cannot create the folder", prefix);
        else if (stat(prefix, &status) == 0 && !S_ISDIR(status.st_mode))
            good = error_set(error, "%s: not a folder", prefix);
        *c = kept;
    }
    free(prefix);
    return good;
}
