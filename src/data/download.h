/* Downloads a URL to a file through libcurl, going on where an earlier try stopped.
 *
 * http, https and file URLs; a redirect may lead to http and https only. Certificates are checked.
 * Connecting may take 10 s, and less than 1 KB/s for 30 s counts as a stall. What has come so far
 * is kept in PATH.download, locked against other processes; a server that cannot go on from there
 * makes it start anew, and one that says nothing comes after it (HTTP 416) leaves it as it is. The
 * file never gets another name here: the caller checks it, uses it and removes it.
 */
#ifndef REINIT_DATA_DOWNLOAD_H
#define REINIT_DATA_DOWNLOAD_H

#include "base/error.h"

#include <signal.h>
#include <stdint.h>

struct download {
    char *path;   /* PATH.download */
    int fd;       /* of it; -1 when not open */
    bool resumed; /* some of the file came from an earlier try */
};

struct download_request {
    const char *url;
    uint64_t limit;                    /* bytes; more is an error */
    bool quiet;                        /* no line of progress */
    const volatile sig_atomic_t *stop; /* ends the download when not zero; may be NULL */
};

/* Opens and locks PATH.download. Overwrites *download. */
bool download_open(struct download *download, const char *path, struct error *error);

/* Brings the file up to the whole of the URL. After an error it holds what has come. */
bool download_fetch(struct download *download, const struct download_request *request,
                    struct error *error);

/* The bytes there are so far. */
bool download_size(const struct download *download, uint64_t *size, struct error *error);

/* Empties the file: what it holds is no good. */
bool download_restart(struct download *download, struct error *error);

/* Closes the file and removes it, unless `keep` and something is in it. Safe after a failed open
 * and when called twice. */
void download_close(struct download *download, bool keep);

#endif
