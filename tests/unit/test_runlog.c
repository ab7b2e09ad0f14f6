/* The run log: what is written reads back the same, and nothing malformed is let in. */
#include "base/file.h"
#include "io/runlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define TOP "epoch\tloss\texamples_per_second\tweights_sha256\n"

static char path[64];

static int make_path(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/reinit-runlog-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int drop_path(void **state)
{
    (void)state;
    return unlink(path);
}

static void test_round_trip(void **state)
{
    (void)state;
    const double losses[] = {729.36512345678901,    HUGE_VAL, -HUGE_VAL, (double)NAN, -(double)NAN,
                             2.5044800000000001e16, 0.1,      5e-324};
    enum { LOSSES = sizeof losses / sizeof losses[0], REPEATS = 20 };
    struct runlog log = {0}, again;
    struct error error;
    assert_true(runlog_add_pair(&log, "net", "carlini", &error));
    assert_true(runlog_add_pair(&log, "note", "a value of several words", &error));
    for (int i = 0; i < LOSSES * REPEATS; i++)
        assert_true(runlog_append(&log, losses[i % LOSSES], 10.0 * i, HASH, &error));
    assert_true(runlog_write(&log, path, &error));
    if (!runlog_read(&again, path, &error))
        fail_msg("%s", error.text);
    assert_int_equal(again.pair_count, 2);
    assert_string_equal(runlog_find(&again, "note"), "a value of several words");
    assert_string_equal(again.pairs[0].key, "net");
    assert_null(runlog_find(&again, "seed"));
    assert_int_equal(again.epoch_count, LOSSES * REPEATS);
    for (int i = 0; i < LOSSES * REPEATS; i++) {
        double want = losses[i % LOSSES], got = again.epochs[i].loss;
        if (isnan(want))
            assert_true(isnan(got));
        else
            assert_memory_equal(&got, &want, sizeof got);
        assert_true(again.epochs[i].rate == 10.0 * i);
        assert_string_equal(again.epochs[i].weights, HASH);
    }
    runlog_free(&again);
    runlog_free(&log);
}

static void test_bytes(void **state)
{
    (void)state;
    struct runlog log = {0};
    struct error error;
    assert_true(runlog_add_pair(&log, "seed", "1", &error));
    assert_true(runlog_append(&log, 0.1, 12.34, HASH, &error));
    assert_true(runlog_append(&log, -(double)NAN, 0, HASH, &error));
    assert_true(runlog_write(&log, path, &error));
    uint8_t *data;
    size_t size;
    assert_true(file_read(path, 4096, &data, &size, &error));
    assert_string_equal((char *)data, "# seed 1\n" TOP "1\t0.10000000000000001\t12.3\t" HASH
                                      "\n2\tnan\t0.0\t" HASH "\n");
    free(data);
    runlog_free(&log);
}

static void test_no_epochs_yet(void **state)
{
    (void)state;
    struct runlog log = {0}, again;
    struct error error;
    assert_true(runlog_write(&log, path, &error));
    assert_true(runlog_read(&again, path, &error));
    assert_int_equal(again.epoch_count, 0);
    runlog_free(&again);
}

static void test_refused_entries(void **state)
{
    (void)state;
    struct runlog log = {0};
    struct error error;
    char huge[RUNLOG_LINE_MAX + 1];
    memset(huge, 'x', RUNLOG_LINE_MAX);
    huge[RUNLOG_LINE_MAX] = '\0';
    assert_false(runlog_add_pair(&log, "", "1", &error));
    assert_false(runlog_add_pair(&log, "two words", "1", &error));
    assert_false(runlog_add_pair(&log, "key", "", &error));
    assert_false(runlog_add_pair(&log, "key", "1\n# seed 2", &error));
    assert_false(runlog_add_pair(&log, "key", huge, &error));
    assert_false(runlog_append(&log, 1, (double)NAN, HASH, &error));
    assert_false(runlog_append(&log, 1, -1, HASH, &error));
    assert_false(runlog_append(&log, 1, 1, "0011", &error));
    assert_int_equal(log.pair_count + log.epoch_count, 0);
    runlog_free(&log);
}

static void expect_refused(const void *text, size_t size, const char *where)
{
    struct runlog log;
    struct error error;
    assert_true(file_write(path, text, size, &error));
    bool read = runlog_read(&log, path, &error);
    runlog_free(&log);
    if (read)
        fail_msg("accepted: %s", (const char *)text);
    assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
    if (strstr(error.text, where) == NULL)
        fail_msg("'%s' does not say '%s'", error.text, where);
}

static void test_refused_files(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where;
    } cases[] = {
        {"", ":1: the table's header is missing"},
        {"# seed 1\n", ":2: the table's header is missing"},
        {"#seed 1\n" TOP, ":1: not of the form"},
        {"# seed\n" TOP, ":1: not of the form"},
        {"#\n" TOP, ":1: not of the form"},
        {"#  1\n" TOP, ":1: "},
        {"epoch\tloss\n", ":1: not the header"},
        {"\n" TOP, ":1: not the header"},
        {TOP "# seed 1\n", ":2: 1 columns"},
        {TOP "2\t1\t1.0\t" HASH "\n", ":2: epoch '2' where 1 is due"},
        {TOP "1\t1\t1.0\t" HASH "\n1\t1\t1.0\t" HASH "\n", ":3: epoch '1' where 2 is due"},
        {TOP "01\t1\t1.0\t" HASH "\n", ":2: epoch '01'"},
        {TOP "1\t1\t1.0\n", ":2: 3 columns"},
        {TOP "1\t1\t1.0\t" HASH "\tmore\n", ":2: more than 4 columns"},
        {TOP "1\t\t1.0\t" HASH "\n", ":2: the loss ''"},
        {TOP "1\t0x10\t1.0\t" HASH "\n", ":2: the loss '0x10'"},
        {TOP "1\t-nan\t1.0\t" HASH "\n", ":2: the loss '-nan'"},
        {TOP "1\tinfinity\t1.0\t" HASH "\n", ":2: the loss"},
        {TOP "1\t1e999\t1.0\t" HASH "\n", ":2: the loss"},
        {TOP "1\t 1\t1.0\t" HASH "\n", ":2: the loss"},
        {TOP "1\t1\tinf\t" HASH "\n", ":2: the rate 'inf'"},
        {TOP "1\t1\t-1.0\t" HASH "\n", ":2: the rate '-1.0'"},
        {TOP "1\t1\t1.0\tABC\n", ":2: 'ABC' is not a SHA-256"},
        {TOP "1\t1\t1.0\t" HASH "0\n", ":2: '00112"},
        {TOP "1\t1\t1.0\t" HASH, ":2: the line is cut short"},
        {TOP "1\t1\t1.0\t" HASH "\r\n", "is not a SHA-256"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i].text, strlen(cases[i].text), cases[i].where);
    expect_refused("# a b\0c\n" TOP, sizeof "# a b\0c\n" TOP - 1, ":1: a zero byte");
    char huge[RUNLOG_LINE_MAX + 64];
    memset(huge, 'x', sizeof huge);
    memcpy(huge, "# key ", 6);
    huge[sizeof huge - 1] = '\n';
    expect_refused(huge, sizeof huge, ":1: more than");
}

static void test_missing_file(void **state)
{
    (void)state;
    struct runlog log;
    struct error error;
    assert_false(runlog_read(&log, "/nonexistent/log.tsv", &error));
    assert_int_equal(strncmp(error.text, "/nonexistent/log.tsv: ", 22), 0);
    runlog_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_no_epochs_yet), cmocka_unit_test(test_refused_entries),
        cmocka_unit_test(test_refused_files), cmocka_unit_test(test_missing_file),
    };
    return cmocka_run_group_tests_name("runlog", tests, make_path, drop_path);
}
