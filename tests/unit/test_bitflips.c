/* A single bit that changes anywhere in a weight file, a checkpoint, a log or a data file is
 * noticed by whoever reads it. All bits of small files are tried; of large ones a stratified
 * sample: one bit drawn at random from each of so many equal stretches of the beginning, where
 * headers are, and of the whole.
 *
 *     test_bitflips                 makes small files of its own
 *     test_bitflips FILE...         tries copies of these: weight files, checkpoints and logs
 * (.tsv)
 *
 * BITFLIPS in the environment is the number of stretches (50). */
#include "unit/support.h"
#include "unit/small_training.h"

#include "data/official.h"
#include "io/runlog.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { BITS_MAX = 100000, BEGINNING = 8 * 4096, STRETCHES = 50 };

typedef bool reader(const char *path, struct error *error);

static char *folder; /* in which all of the training's files lie */
static struct small_training training;

static bool read_tensors(const char *path, struct error *error)
{
    struct tensor_file file;
    bool good = tensor_file_read(&file, path, error);
    if (good)
        tensor_file_free(&file);
    return good;
}

static bool read_log(const char *path, struct error *error)
{
    struct runlog log;
    bool good = runlog_read(&log, path, error);
    runlog_free(&log);
    return good;
}

static void flip(int fd, size_t bit)
{
    uint8_t byte;
    assert_int_equal(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
    byte ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
}

/* Must be refused in one line that names the file. */
static void try_bit(int fd, const char *path, size_t bit, reader *read)
{
    struct error error = {""};
    flip(fd, bit);
    if (read(path, &error))
        fail_msg("%s: bit %zu of byte %zu changes unnoticed", path, bit % 8, bit / 8);
    if (strstr(error.text, path) == NULL || strchr(error.text, '\n') != NULL)
        fail_msg("%s: bit %zu: not one line that names it: %s", path, bit, error.text);
    flip(fd, bit);
}

static void try_stretches(int fd, const char *path, size_t bits, size_t stretches, reader *read)
{
    uint64_t random = bits;
    for (size_t i = 0; i < stretches; i++)
        try_bit(fd, path, bits / stretches * i + support_below(&random, bits / stretches), read);
}

/* The file must be good as it is, and with any one bit changed be refused. It is left as it was. */
static void try_file(const char *path, reader *read)
{
    const char *asked = getenv("BITFLIPS");
    size_t stretches = asked != NULL ? strtoul(asked, NULL, 10) : STRETCHES;
    struct stat status;
    struct error error;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0 && stretches > 0);
    assert_good(read(path, &error), error);
    size_t bits = 8 * (size_t)status.st_size;
    if (bits <= BITS_MAX) {
        try_stretches(fd, path, bits, bits, read);
    } else {
        try_stretches(fd, path, BEGINNING, stretches, read);
        try_stretches(fd, path, bits, stretches, read);
    }
    assert_good(read(path, &error), error);
    close(fd);
}

static void test_weights(void **state)
{
    (void)state;
    try_file(training.weights, read_tensors);
    try_file(training.final, read_tensors);
}

static void test_checkpoint(void **state)
{
    (void)state;
    try_file(training.checkpoint, read_tensors);
}

static void test_log(void **state)
{
    (void)state;
    try_file(training.log, read_log);
}

/* A set of one file, and the check that every file has to pass before it is CIFAR-10. */
static char small_sum[SHA256_HEX_SIZE];
static struct official small_set
    = {.files = {{"data_batch_1.bin", SMALL_EXAMPLES *CIFAR10_RECORD, small_sum}}};

static bool check_official(const char *path, struct error *error)
{
    (void)path;
    return official_check(&small_set, 0, folder, error);
}

static void test_data(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(truncate(training.images, CIFAR10_RECORD), 0);
    small_set.files[0].size = CIFAR10_RECORD;
    assert_good(sha256_of_file(training.images, small_sum, &error), error);
    try_file(training.images, check_official);
}

static bool load_test_set(const char *path, struct error *error)
{
    (void)path;
    struct cifar10 set;
    bool good = cifar10_load(&set, folder, CIFAR10_TEST, 0, error);
    if (good)
        cifar10_free(&set);
    return good;
}

/* The whole test file, where CIFAR-10 has been fetched: the trainings' own reader refuses it. */
static void test_official_data(void **state)
{
    (void)state;
    struct error error;
    uint8_t *data;
    size_t size;
    char path[256];
    if (!file_exists("data/cifar10/test_batch.bin"))
        skip();
    snprintf(path, sizeof path, "%s/test_batch.bin", folder);
    assert_good(file_read("data/cifar10/test_batch.bin", 1 << 30, &data, &size, &error), error);
    assert_good(file_write(path, data, size, &error), error);
    free(data);
    try_file(path, load_test_set);
}

static int prepare(void **state)
{
    (void)state;
    struct error error;
    uint64_t done;
    folder = support_path("bitflips");
    if (mkdir(folder, 0700) == 0 && small_training_prepare(&training, folder, &error)
        && training_run(&training.settings, &done, &error))
        return 0;
    fprintf(stderr, "%s\n", error.text);
    return -1;
}

static int clean(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    free(folder);
    return system(command);
}

static char **given; /* the files named on the command line */

static void test_given(void **state)
{
    (void)state;
    for (char **path = given; *path != NULL; path++) {
        struct error error;
        uint8_t *data;
        size_t size, length = strlen(*path);
        bool is_log = length > 4 && strcmp(*path + length - 4, ".tsv") == 0;
        char copy[256];
        snprintf(copy, sizeof copy, "%s/copy", folder);
        assert_good(file_read(*path, 1 << 30, &data, &size, &error), error);
        assert_good(file_write(copy, data, size, &error), error);
        free(data);
        try_file(copy, is_log ? read_log : read_tensors);
        print_message("%s: every change noticed\n", *path);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),       cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_log),           cmocka_unit_test(test_data),
        cmocka_unit_test(test_official_data),
    };
    const struct CMUnitTest of_given[] = {cmocka_unit_test(test_given)};
    given = argv + 1;
    return argc > 1 ? cmocka_run_group_tests(of_given, prepare, clean)
                    : cmocka_run_group_tests(tests, prepare, clean);
}
