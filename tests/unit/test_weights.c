/* Networks' weights to and from files: all of them, of the right shapes, and nothing else; and what
 * show-weights says of a tensor. */
#include "unit/support.h"

#include "base/file.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/statistics.h"
#include "run/weights.h"

static const struct layer_spec layers[]
    = {CONV("a", 4, 3, 1, 1), BATCH_NORM("n"), RELU, MAX_POOL(2), LINEAR("b", 10)};
static const struct network_spec spec = {"test", {4, 6, 3}, 0, 1, layers, 5};

static char *path;

static int make_path(void **state)
{
    (void)state;
    path = support_path("weights.safetensors");
    return 0;
}

static int drop_path(void **state)
{
    (void)state;
    unlink(path);
    free(path);
    return 0;
}

static struct network *create(uint32_t seed)
{
    struct network *network;
    struct error error;
    assert_good(network_create(&network, &spec, 1, true, &error), error);
    assert_good(initialise_network(network, INIT_DEFAULT, INIT_BIAS_DEFAULT, seed, &error), error);
    size_t count;
    struct parameter *p = network_parameters(network, &count);
    for (size_t t = 0; t < count; t++) {
        if (p[t].role > PARAMETER_BIAS)
            support_fill(p[t].value, p[t].count, seed + t);
    }
    return network;
}

static void assert_same_weights(struct network *a, struct network *b)
{
    size_t count;
    struct parameter *pa = network_parameters(a, &count), *pb = network_parameters(b, &count);
    for (size_t t = 0; t < count; t++)
        assert_same_bits(pa[t].value, pb[t].value, pa[t].count, pa[t].name);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct network *one = create(1), *two = create(2);
    struct metadata metadata = {.count = 0};
    struct tensor_file file;
    struct error error;
    char hash[SHA256_HEX_SIZE];
    assert_good(weights_write(path, one, &metadata, &error), error);
    assert_good(weights_hash(one, hash, &error), error);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_string_equal(file.payload_sha256, hash);
    assert_int_equal(file.count, 2 + 4 + 2);
    assert_good(weights_restore(two, NULL, &file, path, &error), error);
    assert_same_weights(one, two);
    tensor_file_free(&file);
    network_free(one);
    network_free(two);
}

static void test_moments(void **state)
{
    (void)state;
    struct network *one = create(1), *two = create(2);
    struct adam first, second;
    struct weights weights;
    struct metadata metadata = {.count = 0};
    struct tensor_file file;
    struct error error;
    size_t trained = network_trained(one);
    assert_good(adam_create(&first, trained, 1e-3, &error), error);
    assert_good(adam_create(&second, trained, 1e-3, &error), error);
    support_fill(first.m, trained, 3);
    support_fill(first.v, trained, 4);
    assert_good(weights_collect(&weights, one, &first, &error), error);
    assert_int_equal(weights.count, 8 + 2 * 6); /* running statistics have no moments */
    assert_good(tensor_file_write(path, weights.tensors, weights.count, &metadata, &error), error);
    weights_release(&weights);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_non_null(tensor_file_find(&file, "adam.m/a.weight"));
    assert_null(tensor_file_find(&file, "adam.m/n.running_mean"));
    assert_good(weights_restore(two, &second, &file, path, &error), error);
    assert_same_weights(one, two);
    assert_same_bits(first.m, second.m, trained, "m");
    assert_same_bits(first.v, second.v, trained, "v");
    /* A checkpoint is no weight file, nor the other way round. */
    assert_fails(weights_restore(two, NULL, &file, path, &error), error, "20 tensors, but the");
    tensor_file_free(&file);
    assert_good(weights_write(path, one, &metadata, &error), error);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_fails(weights_restore(two, &second, &file, path, &error), error,
                 "tensor adam.m/a.weight is missing");
    tensor_file_free(&file);
    adam_release(&first);
    adam_release(&second);
    network_free(one);
    network_free(two);
}

/* Writes the weights with one tensor changed and reads them back, which must fail. */
static void check_change(void (*change)(struct weights *weights), const char *words)
{
    struct network *network = create(1);
    struct weights weights;
    struct metadata metadata = {.count = 0};
    struct tensor_file file;
    struct error error;
    assert_good(weights_collect(&weights, network, NULL, &error), error);
    change(&weights);
    assert_good(tensor_file_write(path, weights.tensors, weights.count, &metadata, &error), error);
    weights_release(&weights);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_fails(weights_restore(network, NULL, &file, path, &error), error, words);
    assert_non_null(strstr(error.text, path));
    tensor_file_free(&file);
    network_free(network);
}

static void rename_one(struct weights *w)
{
    strcpy(w->tensors[3].name, "n.bios");
}

static void drop_last(struct weights *w)
{
    w->count--;
}

static void turn_shape(struct weights *w)
{
    w->tensors[0].shape[0] = 3; /* was [4,3,3,3] */
    w->tensors[0].shape[1] = 4;
}

static void drop_dimension(struct weights *w)
{
    w->tensors[1].dims = 2; /* was [4] */
    w->tensors[1].shape[0] = 2;
    w->tensors[1].shape[1] = 2;
}

static void add_one(struct weights *w)
{
    w->tensors[w->count] = w->tensors[1];
    strcpy(w->tensors[w->count++].name, "extra");
}

static void test_other_tensors(void **state)
{
    (void)state;
    check_change(rename_one, "tensor n.bias is missing");
    check_change(drop_last, "tensor b.bias is missing");
    check_change(turn_shape, "tensor a.weight does not have the network's shape");
    check_change(drop_dimension, "tensor a.bias does not have the network's shape");
    check_change(add_one, "9 tensors, but the network has 8");
}

static void test_open(void **state)
{
    (void)state;
    struct network *network, *opened;
    struct metadata metadata = {.count = 0};
    struct tensor_file file;
    struct error error;
    assert_good(network_create(&network, &net_carlini, 1, false, &error), error);
    assert_good(initialise_network(network, INIT_DEFAULT, INIT_BIAS_DEFAULT, 1, &error), error);
    assert_good(weights_write(path, network, &metadata, &error), error);
    assert_fails(weights_open(path, 1, &opened, &file, &error), error, "names no network");
    tensor_file_free(&file);
    network_free(opened);
    metadata_add(&metadata, "net", "carlini");
    assert_good(weights_write(path, network, &metadata, &error), error);
    assert_good(weights_open(path, 1, &opened, &file, &error), error);
    assert_same_weights(opened, network);
    tensor_file_free(&file);
    network_free(opened);
    static const struct {
        const char *net, *words;
    } cases[] = {{"vgg", "a network that is not known"}, {"resnet56", "tensor conv1.weight does"}};
    for (size_t i = 0; i < 2; i++) {
        metadata.count = 0;
        metadata_add(&metadata, "net", cases[i].net);
        assert_good(weights_write(path, network, &metadata, &error), error);
        assert_fails(weights_open(path, 1, &opened, &file, &error), error, cases[i].words);
        tensor_file_free(&file);
        network_free(opened);
    }
    network_free(network);
}

static void test_statistics(void **state)
{
    (void)state;
    const float plain[] = {1, 2, 3, 6}, some[] = {NAN, 4, NAN, -2}, none[] = {NAN, NAN};
    struct statistics s = statistics_of(plain, 4);
    assert_true(s.minimum == 1 && s.maximum == 6 && s.mean == 3 && s.nans == 0);
    assert_near(s.deviation, sqrt((4 + 1 + 0 + 9) / 4.0), 1e-15, "deviation");
    s = statistics_of(some, 4);
    assert_true(s.minimum == -2 && s.maximum == 4 && s.mean == 1 && s.nans == 2);
    assert_near(s.deviation, 3, 1e-15, "deviation");
    s = statistics_of(none, 2);
    assert_true(isnan(s.minimum) && isnan(s.maximum) && isnan(s.mean) && isnan(s.deviation));
    assert_int_equal(s.nans, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_path, drop_path)
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_moments),
        TEST(test_other_tensors),
        TEST(test_open),
        cmocka_unit_test(test_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
