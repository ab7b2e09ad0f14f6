/* CIFAR-10's files: records of a label and three planes, read strictly; and how an example becomes
 * a network's input. */
#include "unit/support.h"

#include "base/file.h"
#include "nets/nets.h"
#include "run/batches.h"

#include <sys/stat.h>

static char *folder;

/* The name of a file in the scratch folder; static. */
static const char *name_of(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *batch_name(int i)
{
    char name[32];
    snprintf(name, sizeof name, "data_batch_%d.bin", i);
    return name_of(name);
}

/* `count` records; record i's label is (first + i) % 10, its bytes are drawn. */
static void write_records(const char *path, size_t count, size_t first)
{
    uint8_t *data = support_allocate(count, CIFAR10_RECORD);
    uint64_t random = first;
    struct error error;
    for (size_t i = 0; i < count * CIFAR10_RECORD; i++)
        data[i] = i % CIFAR10_RECORD == 0 ? (uint8_t)((first + i / CIFAR10_RECORD) % 10)
                                          : (uint8_t)support_random(&random);
    assert_good(file_write(path, data, count * CIFAR10_RECORD, &error), error);
    free(data);
}

static int make_folder(void **state)
{
    (void)state;
    folder = support_path("cifar10");
    if (mkdir(folder, 0700) != 0)
        return -1;
    for (int i = 1; i <= 5; i++)
        write_records(batch_name(i), (size_t)i, (size_t)i * 100);
    write_records(name_of("test_batch.bin"), 3, 7);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++)
        unlink(batch_name(i));
    unlink(name_of("test_batch.bin"));
    int result = rmdir(folder);
    free(folder);
    return result;
}

static void test_load(void **state)
{
    (void)state;
    struct cifar10 set;
    struct error error;
    char hash[SHA256_HEX_SIZE];
    uint8_t *file;
    size_t size;
    assert_good(cifar10_load(&set, folder, CIFAR10_TRAIN, 0, &error), error);
    assert_int_equal(set.count, 15);
    assert_good(sha256_of(set.records, 15 * CIFAR10_RECORD, hash, &error), error);
    assert_string_equal(set.sha256, hash);
    assert_good(file_read(batch_name(3), 100000, &file, &size, &error), error);
    assert_memory_equal(set.records + (1 + 2) * CIFAR10_RECORD, file, size); /* after 1 and 2 */
    free(file);
    cifar10_free(&set);
    assert_null(set.records);
    assert_good(cifar10_load(&set, folder, CIFAR10_TEST, 0, &error), error);
    assert_int_equal(set.count, 3);
    cifar10_free(&set);
}

static void test_limit(void **state)
{
    (void)state;
    struct cifar10 all, some;
    struct error error;
    assert_good(cifar10_load(&all, folder, CIFAR10_TRAIN, 0, &error), error);
    for (size_t limit = 1; limit <= 15; limit++) {
        assert_good(cifar10_load(&some, folder, CIFAR10_TRAIN, limit, &error), error);
        assert_int_equal(some.count, limit);
        assert_memory_equal(some.records, all.records, limit * CIFAR10_RECORD);
        cifar10_free(&some);
    }
    cifar10_free(&all);
    assert_fails(cifar10_load(&some, folder, CIFAR10_TRAIN, 16, &error), error,
                 "15 train examples, fewer than 16");
    assert_null(some.records);
    unlink(batch_name(5)); /* not looked at if it is not needed */
    assert_good(cifar10_load(&some, folder, CIFAR10_TRAIN, 10, &error), error);
    cifar10_free(&some);
    assert_fails(cifar10_load(&some, folder, CIFAR10_TRAIN, 11, &error), error, "cannot open");
}

static void test_damaged(void **state)
{
    (void)state;
    struct cifar10 set;
    struct error error;
    uint8_t *data;
    size_t size;
    const char *path = name_of("test_batch.bin");
    assert_good(file_read(path, 100000, &data, &size, &error), error);
    const size_t lengths[] = {0, 1, CIFAR10_RECORD - 1, CIFAR10_RECORD + 1, size - 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        assert_good(file_write(path, data, lengths[i], &error), error);
        assert_fails(cifar10_load(&set, folder, CIFAR10_TEST, 0, &error), error,
                     "test_batch.bin: ");
        assert_non_null(strstr(error.text, "not a whole number of 3073-byte records"));
    }
    data[2 * CIFAR10_RECORD] = 10;
    assert_good(file_write(path, data, size, &error), error);
    assert_fails(cifar10_load(&set, folder, CIFAR10_TEST, 0, &error), error,
                 "test_batch.bin: record 2 has the label 10");
    assert_good(cifar10_load(&set, folder, CIFAR10_TEST, 2, &error), error);
    cifar10_free(&set);
    free(data);
    write_records(path, 10000, 0); /* as many as the official file, but others */
    assert_fails(cifar10_load(&set, folder, CIFAR10_TEST, 1, &error), error,
                 "test_batch.bin: SHA-256 is ");
    write_records(path, 10001, 0);
    assert_fails(cifar10_load(&set, folder, CIFAR10_TEST, 0, &error), error, "more than the");
    unlink(path);
    assert_fails(cifar10_load(&set, folder, CIFAR10_TEST, 0, &error), error, "cannot open");
}

/* Pixel (row, column) of plane c becomes x[row][column][c], through the table. */
static void test_example(void **state)
{
    (void)state;
    struct cifar10 set;
    struct error error;
    float table[256], x[CIFAR10_PIXELS];
    for (int i = 0; i < 256; i++)
        table[i] = (float)(1000 - i);
    assert_good(cifar10_load(&set, folder, CIFAR10_TEST, 0, &error), error);
    for (size_t i = 0; i < set.count; i++) {
        const uint8_t *record = set.records + i * CIFAR10_RECORD;
        assert_int_equal(cifar10_example(&set, i, table, x), (7 + i) % 10);
        for (size_t p = 0; p < 1024; p++) {
            for (size_t c = 0; c < 3; c++)
                assert_true(x[p * 3 + c] == 1000.0f - record[1 + c * 1024 + p]);
        }
    }
    cifar10_free(&set);
}

/* Carlini: pixel/255 in [0,1]; ResNet56: (pixel/255 - 0.5)/0.5 in [-1,1]. */
static void test_scaling(void **state)
{
    (void)state;
    float table[256];
    batch_scaling(&net_carlini, table);
    for (int p = 0; p < 256; p++)
        assert_true(table[p] == (float)p / 255.0f);
    batch_scaling(&net_resnet56, table);
    assert_true(table[0] == -1.0f && table[255] == 1.0f);
    for (int p = 0; p < 256; p++)
        assert_near((double)table[p], p / 127.5 - 1, 1.2e-7, "scaled pixel");
}

/* Batches in the order asked for, into the network's input. */
static void test_batches(void **state)
{
    (void)state;
    struct cifar10 set;
    struct error error;
    struct network *network;
    float table[256], x[CIFAR10_PIXELS];
    uint8_t labels[4];
    const uint32_t order[9] = {1, 2, 3, 4, 5, 14, 0, 7, 7};
    assert_good(cifar10_load(&set, folder, CIFAR10_TRAIN, 0, &error), error);
    assert_good(network_create(&network, &net_carlini, 4, false, &error), error);
    batch_scaling(&net_carlini, table);
    for (int ordered = 0; ordered < 2; ordered++) {
        batch_fill(network, &set, table, ordered ? order : NULL, 5, 4, labels);
        for (size_t b = 0; b < 4; b++) {
            size_t i = ordered ? order[5 + b] : 5 + b;
            assert_int_equal(labels[b], cifar10_example(&set, i, table, x));
            assert_same_bits(network_input(network) + b * CIFAR10_PIXELS, x, CIFAR10_PIXELS, "x");
        }
    }
    network_free(network);
    cifar10_free(&set);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_load),    TEST(test_limit),   TEST(test_damaged),
        TEST(test_example), TEST(test_scaling), TEST(test_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
