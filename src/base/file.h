/* Files: whole reads, and the one way anything is written.
 *
 * A file_writer collects what is written in PATH.partial and gives it its final name only when all
 * of it is on disk: write, fsync, rename, fsync of the folder. Whatever happens before that, a file
 * of the final name is the old one or none. A .partial left by a killed process is locked by no one
 * and simply overwritten by the next. SHA-256 is taken along the way.
 *
 *     struct file_writer writer;
 *     bool good = file_writer_open(&writer, path, error)
 *         && file_writer_write(&writer, data, size, error)
 *         && file_writer_commit(&writer, digest, error);
 *     file_writer_close(&writer);
 *
 * Calls interrupted by a signal and short reads and writes are continued.
 */
#ifndef REINIT_BASE_FILE_H
#define REINIT_BASE_FILE_H

#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>
#include <stdint.h>

struct file_writer {
    char *path;         /* the final name */
    char *partial;      /* the name until then */
    int fd;             /* of the partial file; -1 when not open */
    struct sha256 hash; /* of all bytes so far */
    uint8_t *buffer;    /* bytes not yet handed to the system */
    size_t buffered;
};

/* Opens PATH.partial, empty and locked against other processes. Overwrites *writer. */
bool file_writer_open(struct file_writer *writer, const char *path, struct error *error);
bool file_writer_write(struct file_writer *writer, const void *data, size_t size,
                       struct error *error);
bool file_writer_print(struct file_writer *writer, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Gives the file its final name. hex (may be NULL) receives the SHA-256 of the contents. */
bool file_writer_commit(struct file_writer *writer, char hex[SHA256_HEX_SIZE], struct error *error);
/* Frees everything; removes the partial file unless committed. Safe after a failed open and when
 * called twice. */
void file_writer_close(struct file_writer *writer);

/* Writes a whole file through a file_writer: data, or what `print` makes of `what`. */
bool file_write(const char *path, const void *data, size_t size, struct error *error);
typedef bool file_printer(struct file_writer *writer, const void *what, struct error *error);
bool file_print(const char *path, file_printer *print, const void *what, struct error *error);

/* Makes an existing, fully written file durable and renames it: fsync, rename, fsync of folder. */
bool file_publish(const char *from, const char *to, struct error *error);

/* Opens for reading; refuses anything but a regular file. Returns -1 with the error set. */
int file_open_read(const char *path, struct error *error);

/* Reads up to `size` bytes; *got is less only at the end of the file. */
bool file_read_some(int fd, const char *path, void *data, size_t size, size_t *got,
                    struct error *error);

/* Reads a whole file of at most `limit` bytes into a fresh block that the caller frees. One zero
 * byte follows the contents, so that text may be used as a string. */
bool file_read(const char *path, size_t limit, uint8_t **data, size_t *size, struct error *error);

/* Whether there is anything of that name; yes where the system cannot tell, and the next call on it
 * says why. */
bool file_exists(const char *path);

/* Fails if two names lead to one file, or will once it is there: by what is there, else by folder.
 * The error names `b` and what each of them is given as. */
bool file_distinct(const char *a, const char *a_what, const char *b, const char *b_what,
                   struct error *error);

enum { FILE_PATH = 4096 };

/* A file's name, printed; an error if it is too long. */
bool file_path(char path[FILE_PATH], struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The folder that a file lies in; "." if its name has no slash. */
bool file_folder(char folder[FILE_PATH], const char *path, struct error *error);

/* Creates a folder and its missing parents, durably. */
bool file_make_folder(const char *path, struct error *error);

#endif
