/* Downloads over HTTP, from a server of a few lines: the whole, the rest, and what happens where
 * the server has no rest to give. (File URLs are tried in test_sources.c.) */
#include "unit/support.h"

#include "base/file.h"
#include "data/download.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const char body[] = "0123456789abcdefghij";

enum { BODY = sizeof body - 1 };

/* How the server takes a request for a range. */
enum manner { SERVES_RANGES, IGNORES_RANGES, LEADS_TO_FILE };

struct server {
    pid_t process;
    int requests; /* a byte for each: 'w' for the whole, 'r' for a range */
    char url[64];
};

/* A file of this machine that no server is to have read. */
static char *own_file;

static void answer(int connection, enum manner manner, int requests)
{
    char request[4096] = "", reply[4096];
    size_t used = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        ssize_t got = read(connection, request + used, sizeof request - 1 - used);
        if (got <= 0)
            return;
        used += (size_t)got;
        request[used] = '\0';
    }
    const char *range = strstr(request, "Range: bytes=");
    size_t first = range != NULL ? strtoul(range + 13, NULL, 10) : 0;
    if (write(requests, range != NULL ? "r" : "w", 1) != 1)
        _exit(1);
    if (manner == LEADS_TO_FILE)
        snprintf(reply, sizeof reply,
                 "HTTP/1.1 302 Found\r\nLocation: file://%s\r\n"
                 "Content-Length: 0\r\n\r\n",
                 own_file);
    else if (range == NULL || manner == IGNORES_RANGES)
        snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", (int)BODY,
                 body);
    else if (first >= BODY)
        snprintf(reply, sizeof reply,
                 "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */%d\r\n"
                 "Content-Length: 4\r\n\r\nnone",
                 (int)BODY);
    else
        snprintf(reply, sizeof reply,
                 "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %zu-%d/%d\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 first, (int)BODY - 1, (int)BODY, BODY - first, body + first);
    if (write(connection, reply, strlen(reply)) < 0)
        _exit(1);
}

/* Serves the body on a port of this machine's own until stopped, or a minute at most. */
static struct server start(enum manner manner)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int ends[2], listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(listening >= 0 && bind(listening, (struct sockaddr *)&address, size) == 0);
    assert_true(listen(listening, 8) == 0);
    assert_true(getsockname(listening, (struct sockaddr *)&address, &size) == 0);
    assert_int_equal(pipe(ends), 0);
    struct server server = {.requests = ends[0]};
    snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d/x", ntohs(address.sin_port));
    server.process = fork();
    assert_true(server.process >= 0);
    if (server.process == 0) {
        alarm(60);
        for (;;) {
            int connection = accept(listening, NULL, NULL);
            if (connection < 0)
                _exit(1);
            answer(connection, manner, ends[1]);
            close(connection);
        }
    }
    close(listening);
    close(ends[1]);
    return server;
}

/* Ends the server and checks the requests it had. */
static void finish(const struct server *server, const char *wanted)
{
    char requests[16] = "";
    kill(server->process, SIGKILL);
    assert_int_equal(waitpid(server->process, NULL, 0), server->process);
    assert_true(read(server->requests, requests, sizeof requests - 1) >= 0);
    assert_string_equal(requests, wanted);
    close(server->requests);
}

/* Downloads where `beginning` is there already: what the file holds then, and whether it counts as
 * gone on with. */
static void check(const char *beginning, enum manner manner, const char *requests,
                  const char *contents, bool resumed)
{
    struct server server = start(manner);
    const struct download_request request = {.url = server.url, .limit = 100, .quiet = true};
    char *path = support_path("file"), *text;
    struct download download;
    struct error error;
    size_t size;
    assert_good(download_open(&download, path, &error), error);
    assert_int_equal(write(download.fd, beginning, strlen(beginning)), strlen(beginning));
    assert_good(download_fetch(&download, &request, &error), error);
    assert_good(file_read(download.path, 1000, (uint8_t **)&text, &size, &error), error);
    assert_string_equal(text, contents);
    assert_true(download.resumed == resumed);
    download_close(&download, false);
    finish(&server, requests);
    free(text);
    free(path);
}

static void test_fetch(void **state)
{
    (void)state;
    check("", SERVES_RANGES, "w", body, false);
    check("01234", SERVES_RANGES, "r", body, true);
    check("01234", IGNORES_RANGES, "rw", body, false);
    /* The whole is there: nothing follows it, and it stays, as does what only has its size. */
    check(body, SERVES_RANGES, "r", body, true);
    check("ABCDEFGHIJabcdefghij", SERVES_RANGES, "r", "ABCDEFGHIJabcdefghij", true);
}

static void test_limit(void **state)
{
    (void)state;
    struct server server = start(SERVES_RANGES);
    const struct download_request request = {.url = server.url, .limit = BODY - 1, .quiet = true};
    char *path = support_path("limited");
    struct download download;
    struct error error;
    assert_good(download_open(&download, path, &error), error);
    assert_fails(download_fetch(&download, &request, &error), error, "more than the 19 bytes");
    download_close(&download, false);
    finish(&server, "w");
    free(path);
}

/* One process at a time, and never into a file that has another name. */
static void test_open(void **state)
{
    (void)state;
    char *path = support_path("opened"), *other = support_path("other"), *named;
    struct download one, two;
    struct error error;
    uint64_t size;
    assert_true(asprintf(&named, "%s.download", path) > 0);
    assert_good(file_write(other, "other", 5, &error), error);
    assert_int_equal(link(other, named), 0);
    assert_good(download_open(&one, path, &error), error);
    assert_good(download_size(&one, &size, &error), error);
    assert_int_equal(size, 0);
    assert_fails(download_open(&two, path, &error), error, "another process is downloading it");
    download_close(&two, false);
    assert_true(file_exists(named));
    download_close(&one, false);
    assert_true(file_exists(other) && !file_exists(named));
    unlink(other);
    free(named);
    free(other);
    free(path);
}

/* A server cannot have a file of this machine taken for its answer. */
static void test_redirect(void **state)
{
    (void)state;
    char *path = support_path("redirected");
    own_file = support_path("own");
    struct server server = start(LEADS_TO_FILE);
    const struct download_request request = {.url = server.url, .limit = 1000, .quiet = true};
    struct download download;
    struct error error;
    uint64_t size;
    assert_good(download_open(&download, path, &error), error);
    assert_good(file_write(own_file, "secret", 6, &error), error);
    assert_fails(download_fetch(&download, &request, &error), error, ""); /* in libcurl's words */
    assert_good(download_size(&download, &size, &error), error);
    assert_int_equal(size, 0);
    download_close(&download, false);
    finish(&server, "w");
    unlink(own_file);
    free(own_file);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[]
        = {cmocka_unit_test(test_fetch), cmocka_unit_test(test_limit),
           cmocka_unit_test(test_redirect), cmocka_unit_test(test_open)};
    setenv("no_proxy", "127.0.0.1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
