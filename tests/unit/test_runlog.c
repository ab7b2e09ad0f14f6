/* The transcript: what is written reads back the same, nothing malformed is let in, and no field
 * can be changed without breaking the chain. The links expected are computed by Python's hashlib.
 */
#include "unit/support.h"

#include "base/file.h"
#include "io/runlog.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define STATE "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define HEADER "epoch\tloss\texamples_per_second\tweights_sha256\tstate_sha256\tchain_sha256\n"
/* The top of a log without pairs, the first epoch's hashes, and its link. */
#define TOP                                                                                        \
    "# chain_sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n" HEADER
#define HASHES "\t" HASH "\t" STATE
#define LINK "\tff74fe9c278b1cafaef043fd6f0629e5c724882896b42fa725b508f02b243f24\n"

static char *path;

static int make_path(void **state)
{
    (void)state;
    path = support_path("log.tsv");
    return 0;
}

static int drop_path(void **state)
{
    (void)state;
    unlink(path);
    free(path);
    return 0;
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
        assert_true(runlog_append(&log, losses[i % LOSSES], 10.0 * i, HASH, STATE, &error));
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
        assert_string_equal(again.epochs[i].state, STATE);
        assert_string_equal(again.epochs[i].chain, log.epochs[i].chain);
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
    assert_true(runlog_append(&log, 0.1, 12.34, HASH, STATE, &error));
    assert_true(runlog_append(&log, -(double)NAN, 0, HASH, STATE, &error));
    assert_true(runlog_write(&log, path, &error));
    uint8_t *data;
    size_t size;
    assert_true(file_read(path, 4096, &data, &size, &error));
    assert_string_equal(
        (char *)data,
        "# seed 1\n"
        "# chain_sha256 12911943c73e31a74cdfde27c580889b0f7cfc784d6bfb0d387ffb1de7f4faf4\n" HEADER
        "1\t0.10000000000000001\t12.3" HASHES
        "\t1b93b6b49dc8ffe89de5556aa8d214ef1d3ab46661c9ae39abf262a7ba122141\n2\tnan\t0.0" HASHES
        "\tdc970f380cdb2652cd074051f0d5654c2b696a91dd8b08357d6dfcd0a64a44b5\n"
        "# file_sha256 25d4419a1a85e2354d931980b94fe5ae714f7b0da7fcb21ff32b125fb8b33679\n");
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
    assert_false(runlog_add_pair(&log, "chain_sha256", HASH, &error));
    assert_false(runlog_add_pair(&log, "file_sha256", HASH, &error));
    assert_false(runlog_append(&log, 1, (double)NAN, HASH, STATE, &error));
    assert_false(runlog_append(&log, 1, -1, HASH, STATE, &error));
    assert_false(runlog_append(&log, 1, 1, "0011", STATE, &error));
    assert_false(runlog_append(&log, 1, 1, HASH, "0011", &error));
    assert_int_equal(log.pair_count + log.epoch_count, 0);
    assert_true(runlog_append(&log, 1, 1, HASH, STATE, &error));
    assert_false(runlog_add_pair(&log, "seed", "1", &error)); /* too late */
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
        {"epoch\tloss\n", ":1: not the table's header"},
        {"\n" TOP, ":1: not the table's header"},
        {HEADER, ":1: no chain_sha256"},
        {"# seed 1\n" TOP, ":2: the chain is broken: the lines above give 12911943"},
        {"# chain_sha256 0\n" HEADER, ":1: the chain is broken: the lines above give e3b0c4"},
        {TOP, ":3: the last line, file_sha256, is missing"},
        {TOP TOP, ":3: a second chain_sha256"},
        {TOP "# seed 1\n", ":3: 'seed' is not due here"},
        {"# file_sha256 " HASH "\n" TOP, ":1: run log: file_sha256 is not a key"},
        {TOP "# file_sha256 " HASH "\n", ":3: damaged: the lines above give the SHA-256 2f1af7df"},
        {TOP "2\t1\t1.0" HASHES LINK, ":3: epoch '2' where 1 is due"},
        {TOP "1\t1\t1.0" HASHES LINK "1\t1\t1.0" HASHES LINK, ":4: epoch '1' where 2 is due"},
        {TOP "01\t1\t1.0" HASHES LINK, ":3: epoch '01'"},
        {TOP "1\t1\t1.0" HASHES "\n", ":3: 5 columns"},
        {TOP "1\t1\t1.0" HASHES "\tmore" LINK, ":3: more than 6 columns"},
        {TOP "1\t\t1.0" HASHES LINK, ":3: the loss ''"},
        {TOP "1\t0x10\t1.0" HASHES LINK, ":3: the loss '0x10'"},
        {TOP "1\t-nan\t1.0" HASHES LINK, ":3: the loss '-nan'"},
        {TOP "1\tinfinity\t1.0" HASHES LINK, ":3: the loss"},
        {TOP "1\t1e999\t1.0" HASHES LINK, ":3: the loss"},
        {TOP "1\t 1\t1.0" HASHES LINK, ":3: the loss"},
        {TOP "1\t1.0\t1.0" HASHES LINK, ":3: the loss '1.0'"}, /* 1 is written "1" */
        {TOP "1\t1x\t1.0" HASHES LINK, ":3: the loss"},
        {TOP "1\t1\tinf" HASHES LINK, ":3: the rate 'inf'"},
        {TOP "1\t1\t-1.0" HASHES LINK, ":3: the rate '-1.0'"},
        {TOP "1\t1\t-0.0" HASHES LINK, ":3: the rate '-0.0'"},
        {TOP "1\t1\t1" HASHES LINK, ":3: the rate '1'"},
        {TOP "1\t1\t1.0\tABC\t" STATE LINK, ":3: 'ABC' is not a SHA-256"},
        {TOP "1\t1\t1.0\t" HASH "\tABC" LINK, ":3: 'ABC' is not a SHA-256"},
        {TOP "1\t1\t1.0\t" HASH "0\t" STATE LINK, ":3: '00112"},
        {TOP "1\t1\t1.0" HASHES "\t" HASH "\n", ":3: the chain is broken: the line and the"},
        {TOP "1\t1\t1.0" HASHES LINK, ":4: the last line, file_sha256, is missing"},
        {TOP "1\t1\t1.0" HASHES "\t" HASH, ":3: the line is cut short"},
        {TOP "1\t1\t1.0" HASHES "\t" HASH "\r\n", "is not a SHA-256"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i].text, strlen(cases[i].text), cases[i].where);
    expect_refused("# a b\0c\n" HEADER, sizeof "# a b\0c\n" HEADER - 1, ":1: a zero byte");
    char huge[RUNLOG_LINE_MAX + 64];
    memset(huge, 'x', sizeof huge);
    memcpy(huge, "# key ", 6);
    huge[sizeof huge - 1] = '\n';
    expect_refused(huge, sizeof huge, ":1: more than");
}

/* A log of four pairs and three epochs, as text. The caller frees. */
static char *make_log(size_t *size)
{
    struct runlog log = {0};
    struct error error;
    char hash[SHA256_HEX_SIZE] = HASH;
    uint8_t *text;
    assert_good(runlog_add_pair(&log, "net", "carlini", &error), error);
    assert_good(runlog_add_pair(&log, "learning_rate", "0.001", &error), error);
    assert_good(runlog_add_pair(&log, "data_sha256", HASH, &error), error);
    assert_good(runlog_add_pair(&log, "seed", "1", &error), error);
    for (int i = 0; i < 3; i++) {
        hash[0] = (char)('1' + i);
        assert_good(runlog_append(&log, 512.25 / (i + 1), 10.5, hash, STATE, &error), error);
    }
    assert_good(runlog_write(&log, path, &error), error);
    assert_good(file_read(path, 1 << 16, &text, size, &error), error);
    runlog_free(&log);
    return (char *)text;
}

/* Without waiting for the disk. */
static void save(const char *text, size_t size)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void test_every_bit(void **state)
{
    (void)state;
    size_t size;
    char *text = make_log(&size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct runlog log;
        struct error error;
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
        save(text, size);
        bool read = runlog_read(&log, path, &error);
        runlog_free(&log);
        if (read)
            fail_msg("bit %zu of byte %zu is missed", bit % 8, bit / 8);
        assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
        text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t cut = 0; cut < size; cut++) {
        struct runlog log;
        struct error error;
        save(text, cut);
        assert_false(runlog_read(&log, path, &error));
        runlog_free(&log);
    }
    free(text);
}

/* Changes text into other text of the same length and seals the file anew, as one would who wants
 * to lie: then only the chain tells. The error must name the line; NULL: it must be accepted. */
static void forge(const char *from, const char *to, const char *line)
{
    size_t size;
    char *text = make_log(&size), *place = strstr(text, from);
    char *seal = strstr(text, "# file_sha256 "), hex[SHA256_HEX_SIZE];
    struct runlog log;
    struct error error;
    assert_non_null(place);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(place, to, strlen(to));
    assert_good(sha256_of(text, (size_t)(seal - text), hex, &error), error);
    memcpy(seal + strlen("# file_sha256 "), hex, SHA256_HEX_SIZE - 1);
    save(text, size);
    bool read = runlog_read(&log, path, &error);
    runlog_free(&log);
    free(text);
    if (read != (line == NULL))
        fail_msg("%s for %s: %s", to, from, read ? "accepted" : error.text);
    if (line == NULL)
        return;
    if (strncmp(error.text + strlen(path), line, strlen(line)) != 0
        || strstr(error.text, "the chain is broken") == NULL)
        fail_msg("%s for %s: %s", to, from, error.text);
}

static void test_every_field(void **state)
{
    (void)state;
    forge("carlini", "Carlini", ":5:");
    forge("# net", "# met", ":5:");
    forge("0.001", "0.002", ":5:");
    forge("data_sha256 0", "data_sha256 1", ":5:");
    forge("seed 1", "seed 2", ":5:");
    forge("\n1\t512.25", "\n1\t512.75", ":7:");
    forge("\t1011", "\t1111", ":7:"); /* of the weights */
    forge("\tffee", "\tffed", ":7:");
    forge("\n3\t170.75", "\n3\t170.25", ":9:");
    forge("\t2011", "\t2111", ":8:");
    forge("\t3011", "\t3111", ":9:");
    forge("\t10.5", "\t19.5", NULL); /* a rate is only sealed, not in the chain */
    struct runlog log;
    struct error error;
    size_t size;
    char *text = make_log(&size), change[80];
    assert_good(runlog_read(&log, path, &error), error);
    for (size_t i = 0; i < log.epoch_count; i++) {
        char line[8];
        snprintf(change, sizeof change, "%s", log.epochs[i].chain);
        change[0] = change[0] == '0' ? '1' : '0';
        snprintf(line, sizeof line, ":%zu:", 7 + i);
        forge(log.epochs[i].chain, change, line);
    }
    runlog_free(&log);
    free(text);
}

/* Neither a line left out, nor the last ones, nor two exchanged. */
static void test_lines(void **state)
{
    (void)state;
    size_t size;
    char *text = make_log(&size);
    char *second = strstr(text, "\n2\t") + 1, *third = strstr(text, "\n3\t") + 1;
    char *seal = strstr(text, "# file_sha256 ");
    char *other = support_allocate(size + 1, 1);
    snprintf(other, size + 1, "%.*s%s", (int)(second - text), text, third);
    expect_refused(other, strlen(other), ":8: epoch '3' where 2 is due");
    other[second - text] = '2';
    expect_refused(other, strlen(other), ":8: the chain is broken");
    snprintf(other, size + 1, "%.*s%s", (int)(third - text), text, seal);
    expect_refused(other, strlen(other), ":9: damaged");
    snprintf(other, size + 1, "%.*s%.*s%.*s%s", (int)(second - text), text, (int)(seal - third),
             third, (int)(third - second), second, seal);
    expect_refused(other, strlen(other), ":8: epoch '3' where 2 is due");
    snprintf(other, size + 1, "%.*s", (int)(seal - text), text);
    expect_refused(other, strlen(other), ":10: the last line");
    char *more = support_allocate(size + 16, 1);
    snprintf(more, size + 16, "%s# a b\n", text);
    expect_refused(more, strlen(more), ":11: more lines than");
    free(more);
    free(other);
    free(text);
}

/* The chain is of what was computed, and of no rate. */
static void test_rates(void **state)
{
    (void)state;
    struct runlog log[2] = {0};
    struct error error;
    char link[2][SHA256_HEX_SIZE];
    for (int i = 0; i < 2; i++) {
        assert_good(runlog_append(&log[i], 1, 10 + i, HASH, STATE, &error), error);
        assert_good(runlog_append(&log[i], 2, 20 + i, HASH, STATE, &error), error);
        assert_good(runlog_link(&log[i], 2, link[i], &error), error);
    }
    assert_string_equal(link[0], link[1]);
    log[0].epoch_count = 1; /* forgets the last, and goes on from the link before */
    assert_good(runlog_append(&log[0], 2, 30, HASH, STATE, &error), error);
    assert_string_equal(log[0].epochs[1].chain, link[1]);
    runlog_free(&log[0]);
    runlog_free(&log[1]);
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

/* As many epochs as are allowed are read again, and there is no further one. */
static void test_length(void **state)
{
    (void)state;
    struct runlog log = {0}, again;
    struct error error;
    for (int i = 0; i < RUNLOG_EPOCHS_MAX; i++)
        assert_good(runlog_append(&log, -1.7976931348623157e308, 1e300, HASH, STATE, &error),
                    error);
    assert_fails(runlog_append(&log, 0.5, 10, HASH, STATE, &error), error,
                 "run log: more than 10000 epochs");
    assert_good(runlog_write(&log, path, &error), error);
    assert_good(runlog_read(&again, path, &error), error);
    assert_int_equal(again.epoch_count, RUNLOG_EPOCHS_MAX);
    runlog_free(&again);
    runlog_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_no_epochs_yet), cmocka_unit_test(test_refused_entries),
        cmocka_unit_test(test_refused_files), cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_every_field),   cmocka_unit_test(test_lines),
        cmocka_unit_test(test_rates),         cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_length),
    };
    return cmocka_run_group_tests_name("runlog", tests, make_path, drop_path);
}
