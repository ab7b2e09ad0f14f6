#include "data/download.h"

#include "base/lock.h"
#include "base/version.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 10, STALL_SECONDS = 30, STALL_RATE = 1024, REDIRECTS_MAX = 5 };

/* One transfer, for libcurl's callbacks. */
struct transfer {
    struct download *download;
    const struct download_request *request;
    uint64_t received; /* bytes there are */
    struct error error;
    bool failed; /* the error says why the transfer was ended from this side */
};

bool download_open(struct download *download, const char *path, struct error *error)
{
    *download = (struct download){.fd = -1};
    if (asprintf(&download->path, "%s.download", path) < 0) {
        download->path = NULL;
        return error_memory(error, "%s: out of memory", path);
    }
    struct error busy;
    error_set(&busy, "%s: another process is downloading it", download->path);
    download->fd = lock_open(download->path, busy.text, error);
    return download->fd >= 0;
}

bool download_size(const struct download *download, uint64_t *size, struct error *error)
{
    struct stat status;
    if (fstat(download->fd, &status) != 0)
        return error_errno(error, "%s: cannot examine", download->path);
    *size = (uint64_t)status.st_size;
    return true;
}

bool download_restart(struct download *download, struct error *error)
{
    download->resumed = false;
    return ftruncate(download->fd, 0) == 0
           || error_errno(error, "%s: cannot empty", download->path);
}

void download_close(struct download *download, bool keep)
{
    if (download->fd >= 0) {
        struct stat status;
        bool empty = fstat(download->fd, &status) == 0 && status.st_size == 0;
        if (!keep || empty)
            unlink(download->path);
        close(download->fd);
    }
    free(download->path);
    *download = (struct download){.fd = -1};
}

static size_t take_bytes(char *data, size_t one, size_t count, void *user)
{
    struct transfer *transfer = user;
    struct download *download = transfer->download;
    size_t size = one * count, done = 0;
    if (size > transfer->request->limit - transfer->received) {
        transfer->failed = true;
        error_set(&transfer->error, "more than the %ju bytes allowed",
                  (uintmax_t)transfer->request->limit);
        return CURL_WRITEFUNC_ERROR;
    }
    while (done < size) {
        ssize_t now = pwrite(download->fd, data + done, size - done, (off_t)transfer->received);
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0) {
            transfer->failed = true;
            error_errno(&transfer->error, "%s: cannot write", download->path);
            return CURL_WRITEFUNC_ERROR;
        }
        done += (size_t)now;
        transfer->received += (uint64_t)now;
    }
    return size;
}

static int note_progress(void *user, curl_off_t expected, curl_off_t received, curl_off_t to_send,
                         curl_off_t sent)
{
    (void)to_send;
    (void)sent;
    struct transfer *transfer = user;
    struct download_progress *progress = transfer->request->progress;
    if (transfer->request->stop != NULL && atomic_load(transfer->request->stop)) {
        transfer->failed = true;
        error_set(&transfer->error, "interrupted after %ju bytes", (uintmax_t)transfer->received);
        return 1;
    }
    if (progress != NULL) {
        atomic_store(&progress->expected, (uint64_t)expected);
        atomic_store(&progress->received, (uint64_t)received);
    }
    return 0;
}

/* As the curl tool does: libcurl by itself knows the system's authorities alone. */
static bool set_authorities(CURL *curl)
{
    const char *file = getenv("CURL_CA_BUNDLE"), *folder = getenv("SSL_CERT_DIR");
    if (file == NULL || file[0] == '\0')
        file = getenv("SSL_CERT_FILE");
    bool good = true;
    if (file != NULL && file[0] != '\0')
        good = curl_easy_setopt(curl, CURLOPT_CAINFO, file) == CURLE_OK;
    if (good && folder != NULL && folder[0] != '\0')
        good = curl_easy_setopt(curl, CURLOPT_CAPATH, folder) == CURLE_OK;
    return good;
}

static bool set_options(CURL *curl, struct transfer *transfer)
{
    const struct download_request *request = transfer->request;
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A name that is still being looked up does not hold up the end. */
    if (curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) != CURLE_OK)
        return false;
#endif
    return set_authorities(curl) && curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_URL, request->url) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,file") == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_RATE) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_USERAGENT, "reinit/" REINIT_VERSION) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)transfer->received)
                  == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, note_progress) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer) == CURLE_OK
           && curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

/* Transfers what follows the first `first` bytes. *cannot_resume: the server will not, for instance
 * because it has no ranges or its file is shorter than that. */
static bool transfer_rest(struct download *download, const struct download_request *request,
                          uint64_t first, bool *cannot_resume, struct error *error)
{
    struct transfer transfer = {.download = download, .request = request, .received = first};
    char reason[CURL_ERROR_SIZE] = "";
    long code = 0;
    CURL *curl = curl_easy_init();
    if (curl == NULL || !set_options(curl, &transfer)
        || curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason) != CURLE_OK) {
        curl_easy_cleanup(curl);
        return error_set(error, "libcurl does not start");
    }
    if (request->progress != NULL) {
        atomic_store(&request->progress->received, 0);
        atomic_store(&request->progress->first, first);
    }
    CURLcode status = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_cleanup(curl);
    *cannot_resume
        = first > 0 && (status == CURLE_RANGE_ERROR || status == CURLE_BAD_DOWNLOAD_RESUME);
    /* 416, range not satisfiable: no bytes follow the first ones. */
    if (status == CURLE_OK || (first > 0 && code == 416))
        return true;
    if (transfer.failed) {
        *error = transfer.error;
        return false;
    }
    return error_set(error, "%s", reason[0] != '\0' ? reason : curl_easy_strerror(status));
}

static CURLcode global_status;

static void start_libcurl(void)
{
    global_status = curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool download_fetch(struct download *download, const struct download_request *request,
                    struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_libcurl);
    if (global_status != CURLE_OK)
        return error_set(error, "libcurl does not start");
    uint64_t first;
    if (!download_size(download, &first, error))
        return false;
    bool cannot_resume = first > request->limit, good = false;
    if (!cannot_resume) {
        download->resumed = first > 0;
        good = transfer_rest(download, request, first, &cannot_resume, error);
    }
    if (cannot_resume)
        good = download_restart(download, error)
               && transfer_rest(download, request, 0, &cannot_resume, error);
    return good;
}
