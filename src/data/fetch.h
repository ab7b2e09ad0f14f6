/* A folder on its way to holding an official set of files.
 *
 * Opened, the folder exists and is locked against other processes that fetch into it. Each file is
 * written through a file_writer and gets its final name only after its SHA-256 has been found
 * right, so that whatever a source delivers, a name stands for the official contents or what was
 * there before. A file that is right already is not touched.
 */
#ifndef REINIT_DATA_FETCH_H
#define REINIT_DATA_FETCH_H

#include "base/error.h"
#include "base/file.h"
#include "base/progress.h"
#include "data/official.h"

#include <signal.h>

struct fetch {
    const struct official *set;
    const char *folder;                /* the caller's, as are the others; must outlive this */
    bool quiet;                        /* no lines of progress */
    const volatile sig_atomic_t *stop; /* not zero: give up soon; may be NULL */
    bool good[OFFICIAL_FILES];         /* found right, or written */
    int lock;                          /* of the folder; -1 when not open */
    struct progress progress;          /* of all files, for fetch_end_file to draw */
};

/* Makes and locks the folder. The caller has filled the first four members; the others are set. */
bool fetch_open(struct fetch *fetch, struct error *error);

/* Whether all files are good by what is known so far. */
bool fetch_is_complete(const struct fetch *fetch);

/* From here on finished files draw a line of progress; the caller ends it with progress_end. */
void fetch_start_progress(struct fetch *fetch);

/* Starts writing file `index`. */
bool fetch_begin_file(struct fetch *fetch, size_t index, struct file_writer *writer,
                      struct error *error);
/* Gives it its name if it has the official sum; `origin` names its source in the error. The caller
 * closes the writer in any case. */
bool fetch_end_file(struct fetch *fetch, size_t index, struct file_writer *writer,
                    const char *origin, struct error *error);

/* Whether the fetch was told to stop; sets the error then. */
bool fetch_stopped(const struct fetch *fetch, struct error *error);

/* Where a download of the URL is kept: the same for the same URL. */
bool fetch_download_path(char path[FILE_PATH], const struct fetch *fetch, const char *url,
                         struct error *error);

/* Makes an empty folder inside for the temporary files of a source, whatever was in it before: the
 * same for the same source. */
bool fetch_make_scratch(char path[FILE_PATH], const struct fetch *fetch, const char *source,
                        struct error *error);

/* Removes such a folder and all in it. */
bool fetch_remove_scratch(const char *path, struct error *error);

/* Removes everything temporary, also what earlier, killed runs left: to be called when complete. */
bool fetch_sweep(const struct fetch *fetch, struct error *error);

/* Unlocks. Safe after a failed open and when called twice. */
void fetch_close(struct fetch *fetch);

#endif
