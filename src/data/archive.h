/* Reads chosen entries of a .tar.gz, strictly, in one pass and constant memory.
 *
 * POSIX ustar (IEEE 1003.1), GNU and version-7 tar headers are understood, and pax records and
 * GNU long names as far as the names of entries go. Nothing in the archive is trusted: no path is
 * taken from it, entries are chosen by name from the caller's list ("./a//b" is "a/b"); every
 * header's checksum, fields and type are checked; sizes must be octal and the whole contents at
 * most 1 GiB. The archive must end with two zero blocks, with nothing but zeros up to the end of a
 * whole gzip file (see gzip.h). Errors name the archive, the byte of the uncompressed tar and the
 * entry.
 *
 *     const struct archive_wanted wanted[] = {{"folder/a.bin", 3073, 3073}};
 *     archive_visit("x.tar.gz", wanted, 1, handle, context, error)
 */
#ifndef REINIT_DATA_ARCHIVE_H
#define REINIT_DATA_ARCHIVE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { ARCHIVE_WANTED_MAX = 16 };

struct archive_wanted {
    const char *name;          /* in full, without "./" */
    uint64_t minimum, maximum; /* its size in bytes */
};

struct archive;

/* Called at each wanted entry with its place in the list. Reads what it wants of the contents; the
 * rest is skipped. Returning false ends the visit with that error. */
typedef bool archive_handler(void *context, size_t index, struct archive *archive,
                             struct error *error);

/* Reads up to `size` bytes of the current entry; *got is less only at its end. */
bool archive_read(struct archive *archive, void *data, size_t size, size_t *got,
                  struct error *error);

/* Goes through the whole archive. It is an error if a wanted entry is missing, there twice, not a
 * regular file or of another size; other entries are skipped. What the handler did before a later
 * part turns out to be damaged is not undone. count <= ARCHIVE_WANTED_MAX. */
bool archive_visit(const char *path, const struct archive_wanted *wanted, size_t count,
                   archive_handler *handle, void *context, struct error *error);

#endif
