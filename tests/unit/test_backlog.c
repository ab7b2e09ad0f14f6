/* What is left to train and how long it takes, from a list and from logs. */
#include "unit/support.h"

#include "base/file.h"
#include "io/runlog.h"
#include "run/backlog.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char *list_path, *log_path, *other_path, *record_path;

static int make_paths(void **state)
{
    (void)state;
    list_path = support_path("list.tsv");
    log_path = support_path("log.tsv");
    other_path = support_path("other.tsv");
    record_path = support_path("record.tsv");
    return 0;
}

static int drop_paths(void **state)
{
    (void)state;
    char *const paths[] = {list_path, log_path, other_path, record_path};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
    return 0;
}

/* A log of so many epochs; the last one has the rate, those before a tenth of it. */
static void write_log(const char *path, const char *net, size_t epochs, double rate)
{
    struct runlog log = {0};
    struct error error;
    assert_good(runlog_add_pair(&log, "net", net, &error), error);
    assert_good(runlog_add_pair(&log, "batch_size", "10", &error), error);
    assert_good(runlog_add_pair(&log, "arithmetic", "exact", &error), error);
    for (size_t i = 1; i <= epochs; i++)
        assert_good(runlog_append(&log, 1, i < epochs ? rate / 10 : rate, HASH, HASH, &error),
                    error);
    assert_good(runlog_write(&log, path, &error), error);
    runlog_free(&log);
}

/* Sets the time of a file so many seconds from now. */
static void set_age(const char *path, int seconds)
{
    struct timespec times[2] = {{time(NULL) + seconds, 0}, {time(NULL) + seconds, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void write_list(const char *more)
{
    char text[2048];
    struct error error;
    snprintf(text, sizeof text,
             "run\t%s\tslow\t10\texact\t100\t4\t1\n"
             "run\tb\tslow\t10\texact\t100\t2\t0\n"
             "run\tc\tfast\t10\texact\t100\t5\t0\n%s",
             log_path, more);
    assert_good(file_write(list_path, text, strlen(text), &error), error);
    set_age(list_path, -100);
}

static struct backlog_left left_of(const char *own, double rate)
{
    struct backlog backlog;
    struct error error;
    assert_good(backlog_read(&backlog, list_path, &error), error);
    struct backlog_left left = backlog_left(&backlog, own, rate);
    backlog_free(&backlog);
    return left;
}

static void expect(const char *own, double rate, size_t runs, double seconds, int jobs)
{
    struct backlog_left left = left_of(own, rate);
    assert_int_equal(left.runs, runs);
    assert_near(left.seconds, seconds, 1e-9, "seconds");
    assert_int_equal(left.jobs, jobs);
}

static void test_speeds(void **state)
{
    (void)state;
    char more[1024];
    write_list("");
    expect(NULL, 0, 3, -1, 1);
    expect("b", 10, 2, -1, 1); /* fast is unknown still */
    expect("c", 10, 2, -1, 1);
    /* Of the record's network of either kind one is known here: as the run under way, then by a
     * log. */
    write_log(record_path, "slow", 3, 20);
    write_log(other_path, "fast", 2, 200);
    snprintf(more, sizeof more, "record\t%s\nrecord\t%s\njobs\t2\n", record_path, other_path);
    write_list(more);
    expect(NULL, 0, 3, -1, 2);
    expect("b", 10, 2, 30 + 5, 2); /* slow is half as fast as recorded, so is fast */
    expect("c", 100, 2, 30 + 20, 2);
    snprintf(more, sizeof more, "record\t%s\nlog\t%s\njobs\t8\n", record_path, other_path);
    write_list(more); /* fast is known here, slow is not, and there is no ratio */
    expect(NULL, 0, 3, -1, 3);
    expect("b", 10, 2, 30 + 2.5, 3);
}

/* A log that is newer than the list counts, as epochs done and as a speed; an older one does not.
 */
static void test_done(void **state)
{
    (void)state;
    char more[1024];
    write_log(other_path, "slow", 1, 50);
    snprintf(more, sizeof more, "log\t%s\nlog\tmissing\n", other_path);
    write_list(more);
    write_log(log_path, "slow", 3, 100);
    set_age(log_path, -200);
    expect("c", 1, 2, 6 + 4, 1);
    set_age(log_path, -50);
    expect("c", 1, 2, 1 + 2, 1);
    write_log(log_path, "slow", 4, 100); /* finished */
    expect("c", 1, 1, 2, 1);
    expect("b", 1, 1, -1, 1); /* c */
    struct backlog backlog;
    struct error error;
    assert_good(backlog_read(&backlog, list_path, &error), error);
    assert_true(backlog_has(&backlog, log_path) && backlog_has(&backlog, "c"));
    assert_false(backlog_has(&backlog, "d"));
    write_log(log_path, "slow", 2, 100);
    backlog_refresh(&backlog);
    assert_near(backlog_left(&backlog, "c", 1).seconds, 2 + 2, 1e-9, "seconds");
    backlog_free(&backlog);
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const lines[] = {"run\ta\tb\n",
                                        "run\ta\tb\t1\texact\t1\t2\n",
                                        "run\ta\tb\t1\texact\t1\t2\tx\n",
                                        "log\n",
                                        "log\ta\tb\n",
                                        "jobs\t0\n",
                                        "jobs\tx\n",
                                        "other\ta\n",
                                        "run\ta\tb\t1\texact\t1\t2\t3\t4\n",
                                        "run\ta\tb\t1\texact\t-1\t2\t3\n"};
    struct backlog backlog;
    struct error error;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        write_list(lines[i]);
        assert_fails(backlog_read(&backlog, list_path, &error), error,
                     "list.tsv:4: not of a list's form");
        backlog_free(&backlog);
    }
    unlink(list_path);
    assert_fails(backlog_read(&backlog, list_path, &error), error, "list.tsv: cannot examine");
    backlog_free(&backlog);
    /* More kinds than there is room for. */
    char text[8192] = "";
    for (int i = 0; i <= BACKLOG_KINDS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "run\ta\tnet\t%d\texact\t1\t1\t0\n", i);
    assert_good(file_write(list_path, text, strlen(text), &error), error);
    assert_fails(backlog_read(&backlog, list_path, &error), error, "list.tsv:65: ");
    backlog_free(&backlog);
    assert_good(file_write(list_path, "", 0, &error), error);
    expect(NULL, 0, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_speeds, make_paths, drop_paths),
        cmocka_unit_test_setup_teardown(test_done, make_paths, drop_paths),
        cmocka_unit_test_setup_teardown(test_malformed, make_paths, drop_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
