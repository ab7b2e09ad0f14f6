/* Published curves: what is read and what is refused; and the table set beside the logs. */
#include "unit/support.h"

#include "base/file.h"
#include "io/curves.h"
#include "io/runlog.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void save(const char *path, const char *text, size_t size)
{
    struct error error;
    assert_good(file_write(path, text, size, &error), error);
}

static void test_read(void **state)
{
    (void)state;
    char *path = support_path("curve");
    struct curve curve;
    struct error error;
    const char text[] = "# digitised\n1 729.5\n# a remark between\n2 -1e-3\n3 +4.25e16\n";
    save(path, text, strlen(text));
    assert_good(curve_read(&curve, path, &error), error);
    assert_int_equal(curve.count, 3);
    assert_true(curve.losses[0] == 729.5 && curve.losses[1] == -1e-3 && curve.losses[2] == 4.25e16);
    curve_free(&curve);
    curve_free(&curve); /* twice does no harm */
    unlink(path);
    assert_fails(curve_read(&curve, path, &error), error, "No such file");
    curve_free(&curve);
    free(path);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", ": no epochs"},
        {"# nothing else\n", ": no epochs"},
        {"1 10", ":1: the line is cut short"},
        {"1 10\n2 9", ":2: the line is cut short"},
        {"\n", ":1: not of the form"},
        {"1\n", ":1: not of the form"},
        {"1\t10\n", ":1: not of the form"},
        {"0 10\n", ":1: epoch '0' where 1 is due"},
        {"01 10\n", ":1: epoch '01' where 1 is due"},
        {"1 10\n1 9\n", ":2: epoch '1' where 2 is due"},
        {"1 10\n3 9\n", ":2: epoch '3' where 2 is due"},
        {"1 \n", ":1: the loss '' is not"},
        {"1  10\n", ":1: the loss ' 10' is not"},
        {"1 10 \n", ":1: the loss '10 ' is not"},
        {"1 10 9\n", ":1: the loss"},
        {"1 0x1p3\n", ":1: the loss"},
        {"1 nan\n", ":1: the loss"},
        {"1 inf\n", ":1: the loss"},
        {"1 1e999\n", ":1: the loss"},
        {"1 10\r\n", ":1: the loss"},
    };
    char *path = support_path("curve");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct curve curve;
        struct error error;
        save(path, cases[i].text, strlen(cases[i].text));
        assert_fails(curve_read(&curve, path, &error), error, cases[i].words);
        assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
        curve_free(&curve);
    }
    struct curve curve;
    struct error error;
    save(path, "1 1\0 0\n", 8);
    assert_fails(curve_read(&curve, path, &error), error, ":1: the line is cut short");
    curve_free(&curve);
    unlink(path);
    free(path);
}

/* As many epochs as fit, and one more. */
static void test_length(void **state)
{
    (void)state;
    enum { LINE = 16 };
    char *path = support_path("curve"), *text = support_allocate(RUNLOG_EPOCHS_MAX + 1, LINE);
    size_t used = 0, last = 0;
    for (int i = 1; i <= RUNLOG_EPOCHS_MAX + 1; i++) {
        last = used;
        used += (size_t)snprintf(text + used, LINE, "%d 1.5\n", i);
    }
    struct curve curve;
    struct error error;
    save(path, text, last);
    assert_good(curve_read(&curve, path, &error), error);
    assert_int_equal(curve.count, RUNLOG_EPOCHS_MAX);
    curve_free(&curve);
    save(path, text, used);
    assert_fails(curve_read(&curve, path, &error), error, ":10001: more than 10000 epochs");
    curve_free(&curve);
    free(text);
    unlink(path);
    free(path);
}

/* Of the seed, a digit. */
static void save_log(const char *path, const char *scheme, const char *seed, const double *losses,
                     size_t count)
{
    const char *const pairs[][2] = {{"net", "small"},   {"initial_weights_sha256", seed},
                                    {"scheme", scheme}, {"initial_seed", seed},
                                    {"seed", seed},     {"hyperparameters_sha256", seed}};
    struct runlog log = {0};
    struct error error;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_good(runlog_add_pair(&log, pairs[i][0], pairs[i][1], &error), error);
    for (size_t i = 0; i < count; i++)
        assert_good(runlog_append(&log, losses[i], 10.0, HASH, HASH, &error), error);
    assert_good(runlog_write(&log, path, &error), error);
    runlog_free(&log);
}

static void test_table(void **state)
{
    (void)state;
    char *paths[3] = {support_path("a.log"), support_path("b.log"), support_path("c.log")};
    char *published = support_path("published"), *out = support_path("out"), *text;
    const double a[] = {1, 8, HUGE_VAL}, b[] = {2, (double)NAN, 1}, c[] = {6, 3, 2};
    struct error error;
    size_t size;
    save_log(paths[0], "ones", "1", a, 3);
    save_log(paths[1], "ones", "2", b, 3);
    save_log(paths[2], "ones", "3", c, 3);
    save(published, "1 0.1\n", 6);
    assert_good(curves_write((const char *const *)paths, 3, published, out, &error), error);
    assert_good(file_read(out, 10000, (uint8_t **)&text, &size, &error), error);
    assert_non_null(strstr(text, "over 3 seeds\n# epoch published mean minimum maximum\n"
                                 "1 0.10000000000000001 3 1 6\n"
                                 "2 nan nan nan nan\n"
                                 "3 nan inf 1 inf\n"));
    free(text);
    unlink(out);
    save_log(paths[1], "ones", "2", b, 2);
    assert_fails(curves_write((const char *const *)paths, 3, published, out, &error), error,
                 "b.log: 2 epochs, but ");
    save_log(paths[1], "zeros", "2", b, 3);
    assert_fails(curves_write((const char *const *)paths, 3, published, out, &error), error,
                 "b.log: scheme zeros, but ");
    assert_non_null(strstr(error.text, "a.log has scheme ones"));
    save_log(paths[1], "ones", "2", b, 3);
    save_log(paths[2], "ones", "2", c, 3);
    assert_fails(curves_write((const char *const *)paths, 3, published, out, &error), error,
                 "c.log: seed 2, which ");
    assert_non_null(strstr(error.text, "b.log has too"));
    struct runlog log = {0};
    assert_good(runlog_add_pair(&log, "net", "small", &error), error);
    assert_good(runlog_append(&log, 1, 10.0, HASH, HASH, &error), error);
    assert_good(runlog_write(&log, paths[2], &error), error);
    runlog_free(&log);
    save_log(paths[0], "ones", "1", a, 1);
    save_log(paths[1], "ones", "2", b, 1);
    assert_fails(curves_write((const char *const *)paths, 3, published, out, &error), error,
                 "c.log: 1 settings, but ");
    assert_false(file_exists(out));
    for (int i = 0; i < 3; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
    unlink(published);
    free(published);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
