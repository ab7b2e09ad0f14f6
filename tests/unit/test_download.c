/* Downloads over HTTP, from a server of a few lines: the whole, the rest, and what happens where
 * the server has no rest to give. (File URLs are tried in test_sources.c.) */
#include "unit/http_server.h"

#include "base/file.h"
#include "data/download.h"

static const char body[] = "0123456789abcdefghij";

enum { BODY = sizeof body - 1 };

/* Downloads where `beginning` is there already: what the file holds then, and whether it counts as
 * gone on with. */
static void check(const char *beginning, enum manner manner, const char *requests,
                  const char *contents, bool resumed)
{
    struct server server = server_start(manner, body, BODY);
    const struct download_request request = {.url = server.url, .limit = 100};
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
    server_finish(&server, requests);
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
    struct server server = server_start(SERVES_RANGES, body, BODY);
    const struct download_request request = {.url = server.url, .limit = BODY - 1};
    char *path = support_path("limited");
    struct download download;
    struct error error;
    assert_good(download_open(&download, path, &error), error);
    assert_fails(download_fetch(&download, &request, &error), error, "more than the 19 bytes");
    download_close(&download, false);
    server_finish(&server, "w");
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
    char *own_file = support_path("own"); /* no server is to have it read */
    struct server server = server_start(LEADS_TO_FILE, own_file, strlen(own_file));
    const struct download_request request = {.url = server.url, .limit = 1000};
    struct download download;
    struct error error;
    uint64_t size;
    assert_good(download_open(&download, path, &error), error);
    assert_good(file_write(own_file, "secret", 6, &error), error);
    assert_fails(download_fetch(&download, &request, &error), error, ""); /* in libcurl's words */
    assert_good(download_size(&download, &size, &error), error);
    assert_int_equal(size, 0);
    download_close(&download, false);
    server_finish(&server, "w");
    unlink(own_file);
    free(own_file);
    free(path);
}

/* A proxy of the environment is asked, for the whole URL, unless the environment excepts the host.
 */
static void test_proxy(void **state)
{
    (void)state;
    struct server proxy = server_start(SERVES_RANGES, body, BODY);
    const struct download_request request = {.url = "http://host.invalid/x", .limit = 100};
    char *path = support_path("proxied");
    struct download download;
    struct error error;
    uint64_t size;
    setenv("http_proxy", proxy.url, 1);
    setenv("no_proxy", "host.invalid", 1);
    assert_good(download_open(&download, path, &error), error);
    assert_fails(download_fetch(&download, &request, &error), error, "");
    setenv("no_proxy", "127.0.0.1", 1);
    assert_good(download_fetch(&download, &request, &error), error);
    assert_good(download_size(&download, &size, &error), error);
    assert_int_equal(size, BODY);
    download_close(&download, false);
    unsetenv("http_proxy");
    server_finish(&proxy, "w");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fetch), cmocka_unit_test(test_limit),
                                       cmocka_unit_test(test_redirect), cmocka_unit_test(test_open),
                                       cmocka_unit_test(test_proxy)};
    setenv("no_proxy", "127.0.0.1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
