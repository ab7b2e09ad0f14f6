/* Downloads a URL to a file through libcurl, resuming where an earlier try stopped.
 *
 * http, https and file URLs; a redirect may lead to http and https only. Connecting may take 10 s,
 * and less than 1 KB/s for 30 s is an error. Several downloads may run at once, each in a thread in
 * which SIGPIPE is blocked.
 *
 * Proxies are libcurl's: http_proxy, HTTPS_PROXY, ALL_PROXY and NO_PROXY are honoured. Certificates
 * are always checked, against the system's authorities or, as curl itself has it, against those of
 * CURL_CA_BUNDLE, SSL_CERT_FILE or SSL_CERT_DIR. No .curlrc or .netrc is read.
 *
 * What has come so far is kept in PATH.download, locked against other processes. A server that
 * cannot resume makes it start from the beginning, and one that says nothing follows (HTTP 416)
 * leaves it as it is. The file never gets another name here: the caller checks it, uses it and
 * removes it.
 */
#ifndef REINIT_DATA_DOWNLOAD_H
#define REINIT_DATA_DOWNLOAD_H

#include "base/error.h"

#include <stdatomic.h>
#include <stdint.h>

struct download {
    char *path;   /* PATH.download */
    int fd;       /* of it; -1 when not open */
    bool resumed; /* some of the file came from an earlier try */
};

/* How far a download is, for another thread to look at. */
struct download_progress {
    atomic_uint_least64_t first;    /* bytes there were before */
    atomic_uint_least64_t received; /* bytes that came since */
    atomic_uint_least64_t expected; /* of these in all; 0 as long as that is unknown */
};

struct download_request {
    const char *url;
    uint64_t limit;                     /* bytes; more is an error */
    const atomic_bool *stop;            /* ends the download when true; may be NULL */
    struct download_progress *progress; /* may be NULL */
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
