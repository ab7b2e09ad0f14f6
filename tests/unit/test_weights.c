/* Networks' weights to and from files: all of them, of the right shapes, and nothing else; and what
 * show-weights says of a tensor. */
#include "unit/library_writer.h"
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
    assert_good(initialise_network(network, "default", INIT_BIAS_DEFAULT, seed, &error), error);
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
    struct optimiser first, second;
    struct weights weights;
    struct metadata metadata = {.count = 0};
    struct tensor_file file;
    struct error error;
    size_t trained = network_trained(one);
    assert_good(optimiser_create(&first, &optimiser_adam, trained, 1e-3, 0, &error), error);
    assert_good(optimiser_create(&second, &optimiser_adam, trained, 1e-3, 0, &error), error);
    support_fill(first.states[0], trained, 3);
    support_fill(first.states[1], trained, 4);
    assert_good(weights_collect(&weights, one, &first, &error), error);
    assert_int_equal(weights.count, 8 + 2 * 6); /* running statistics have no moments */
    assert_good(tensor_file_write(path, weights.tensors, weights.count, &metadata, &error), error);
    weights_release(&weights);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_non_null(tensor_file_find(&file, "adam.m/a.weight"));
    assert_null(tensor_file_find(&file, "adam.m/n.running_mean"));
    assert_good(weights_restore(two, &second, &file, path, &error), error);
    assert_same_weights(one, two);
    assert_same_bits(first.states[0], second.states[0], trained, "m");
    assert_same_bits(first.states[1], second.states[1], trained, "v");
    /* A checkpoint is no weight file, nor the other way round. */
    assert_fails(weights_restore(two, NULL, &file, path, &error), error,
                 "tensor adam.m/a.weight is not one of the network test");
    tensor_file_free(&file);
    assert_good(weights_write(path, one, &metadata, &error), error);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_fails(weights_restore(two, &second, &file, path, &error), error,
                 "tensor adam.m/a.weight is missing");
    tensor_file_free(&file);
    optimiser_release(&first);
    optimiser_release(&second);
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
    w->tensors[3].name = "n.bios";
}

static void drop_last(struct weights *w)
{
    w->count--;
}

static void turn_shape(struct weights *w)
{
    static const size_t shape[] = {3, 4, 3, 3}; /* was [4,3,3,3] */
    w->tensors[0].shape = shape;
}

static void drop_dimension(struct weights *w)
{
    static const size_t shape[] = {2, 2}; /* was [4] */
    w->tensors[1].shape = shape;
    w->tensors[1].dims = 2;
}

static void add_one(struct weights *w)
{
    w->tensors = realloc(w->tensors, (w->count + 1) * sizeof *w->tensors);
    assert_non_null(w->tensors);
    w->tensors[w->count] = w->tensors[1];
    w->tensors[w->count++].name = "extra";
}

static void test_other_tensors(void **state)
{
    (void)state;
    check_change(rename_one, "tensor n.bias is missing");
    check_change(drop_last, "tensor b.bias is missing");
    check_change(turn_shape, "tensor a.weight does not have the shape");
    check_change(drop_dimension, "tensor a.bias does not have the shape");
    check_change(add_one, "tensor extra is not one of the network test");
}

static void test_open(void **state)
{
    (void)state;
    struct network *network, *opened;
    struct metadata metadata = {.count = 0};
    struct tensor_file file;
    struct error error;
    struct weights_source source = {.path = path};
    assert_good(network_create(&network, &net_carlini, 1, false, &error), error);
    assert_good(initialise_network(network, "default", INIT_BIAS_DEFAULT, 1, &error), error);
    assert_good(weights_write(path, network, &metadata, &error), error);
    assert_fails(weights_open(&source, 1, &opened, &file, &error), error, "name no network; --net");
    tensor_file_free(&file);
    network_free(opened);
    metadata_add(&metadata, "net", "carlini");
    assert_good(weights_write(path, network, &metadata, &error), error);
    assert_good(weights_open(&source, 1, &opened, &file, &error), error);
    assert_same_weights(opened, network);
    tensor_file_free(&file);
    network_free(opened);
    static const struct {
        const char *net, *words;
    } cases[] = {{"vgg", "a network that is not known"},
                 {"resnet56", "tensor conv1.weight does not have the shape that it has in the"}};
    for (size_t i = 0; i < 2; i++) {
        metadata.count = 0;
        metadata_add(&metadata, "net", cases[i].net);
        assert_good(weights_write(path, network, &metadata, &error), error);
        assert_fails(weights_open(&source, 1, &opened, &file, &error), error, cases[i].words);
        tensor_file_free(&file);
        network_free(opened);
    }
    /* What the caller says counts, whatever the metadata name. */
    source.net = &net_carlini;
    assert_good(weights_open(&source, 1, &opened, &file, &error), error);
    assert_same_weights(opened, network);
    tensor_file_free(&file);
    network_free(opened);
    network_free(network);
}

/* The weights of a network of seed 1 as PyTorch's state_dict has them: with a counter for each
 * batch norm, and here with a tensor that holds nothing. The caller frees both. */
struct foreign {
    struct network *network;
    struct tensor_file file;
    struct tensor tensors[10];
    struct metadata_pair pairs[4];
};

enum { FOREIGN_NET, FOREIGN_SEED, FOREIGN_PAYLOAD, FOREIGN_HEADER, FOREIGN_PAIRS };

static void foreign_open(struct foreign *f)
{
    static const size_t nothing[] = {0, 3};
    struct metadata metadata = {.count = 0};
    struct error error;
    f->network = create(1);
    metadata_add(&metadata, "net", "test");
    metadata_add(&metadata, "seed", "1");
    assert_good(weights_write(path, f->network, &metadata, &error), error);
    assert_good(tensor_file_read(&f->file, path, &error), error);
    memcpy(f->tensors, f->file.tensors, 8 * sizeof *f->tensors);
    memcpy(f->pairs, f->file.pairs, sizeof f->pairs);
    f->tensors[8] = (struct tensor){.name = "n.num_batches_tracked",
                                    .dtype = DTYPE_I64,
                                    .count = 1,
                                    .bytes = (const uint8_t *)"\7\0\0\0\0\0\0\0"};
    f->tensors[9]
        = (struct tensor){.name = "b.empty", .shape = nothing, .dims = 2, .bytes = f->file.data};
}

static void foreign_close(struct foreign *f)
{
    tensor_file_free(&f->file);
    network_free(f->network);
}

/* Saves it with so many pairs and reads it; must be in the state, and restore the weights, or, if
 * words are given, fail with those, and restore only when unverified. */
static void foreign_check(struct foreign *f, size_t pairs, enum tensor_file_state state,
                          const char *words)
{
    struct network *other = create(2);
    struct tensor_file file;
    struct error error;
    library_save(path, f->tensors, 10, f->pairs, pairs, true);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_int_equal(file.state, state);
    assert_int_equal(file.count, 10);
    if (words != NULL) {
        assert_fails(weights_restore(other, NULL, &file, path, &error), error, words);
        tensor_file_free(&file);
        assert_good(tensor_file_read_unverified(&file, path, &error), error);
    }
    assert_good(weights_restore(other, NULL, &file, path, &error), error);
    if (words == NULL)
        assert_same_weights(other, f->network);
    tensor_file_free(&file);
    network_free(other);
}

static void test_saved_again(void **state)
{
    (void)state;
    struct foreign f;
    foreign_open(&f);
    foreign_check(&f, 0, TENSORS_UNHASHED, NULL);
    foreign_check(&f, FOREIGN_PAYLOAD, TENSORS_UNHASHED, NULL);
    foreign_check(&f, FOREIGN_PAIRS, TENSORS_RESAVED, NULL);
    struct metadata_pair first = f.pairs[0];
    f.pairs[0] = f.pairs[FOREIGN_PAYLOAD];
    f.pairs[FOREIGN_PAYLOAD] = first;
    foreign_check(&f, FOREIGN_PAIRS, TENSORS_RESAVED, NULL);
    f.pairs[FOREIGN_SEED].value = "2"; /* metadata are not covered */
    foreign_check(&f, FOREIGN_PAIRS, TENSORS_RESAVED, NULL);
    f.file.data[f.tensors[5].bytes - f.file.data] ^= 1;
    foreign_check(&f, FOREIGN_PAIRS, TENSORS_RESAVED, "--unverified accepts it");
    f.file.data[f.tensors[5].bytes - f.file.data] ^= 1;
    /* Two tensors of a shape change places. */
    f.tensors[2].name = "n.bias";
    f.tensors[3].name = "n.weight";
    foreign_check(&f, FOREIGN_PAIRS, TENSORS_RESAVED, "--unverified accepts it");
    foreign_close(&f);
}

/* Of tensors that the network does not have, only counters and empty ones are ignored; and weights
 * must be F32. */
static void test_foreign_tensors(void **state)
{
    (void)state;
    static const size_t one[] = {1}, two[] = {2};
    static const struct {
        struct tensor tensor;
        const char *words; /* NULL: ignored */
    } cases[] = {
        {{.name = "x", .dtype = DTYPE_I64, .count = 1}, NULL},
        {{.name = "x", .dtype = DTYPE_I64, .shape = one, .dims = 1, .count = 1}, NULL},
        {{.name = "x", .dtype = DTYPE_F32, .shape = two, .dims = 1, .count = 0}, NULL},
        {{.name = "x", .dtype = DTYPE_I64, .shape = two, .dims = 1, .count = 2}, "tensor x is not"},
        {{.name = "x", .dtype = DTYPE_F32, .count = 1}, "tensor x is not one of the network test"},
        {{.name = "x", .dtype = DTYPE_I32, .count = 1}, "tensor x is not one of the network test"},
    };
    static const enum dtype types[] = {DTYPE_F16, DTYPE_BF16, DTYPE_F64, DTYPE_I64};
    struct error error;
    struct foreign f;
    foreign_open(&f);
    struct tensor with[9];
    memcpy(with, f.file.tensors, 8 * sizeof *with);
    struct tensor_file file = {.tensors = with, .count = 9};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        with[8] = cases[i].tensor;
        if (cases[i].words == NULL)
            assert_good(weights_restore(f.network, NULL, &file, path, &error), error);
        else
            assert_fails(weights_restore(f.network, NULL, &file, path, &error), error,
                         cases[i].words);
    }
    file.count = 8;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char words[80];
        with[4].dtype = types[i];
        snprintf(words, sizeof words, "tensor n.running_mean is %s, but weights must be F32",
                 dtype_name(types[i]));
        assert_fails(weights_restore(f.network, NULL, &file, path, &error), error, words);
    }
    foreign_close(&f);
}

/* The hash that show-weights prints does not depend on the order of the file. */
static void test_hash_of_file(void **state)
{
    (void)state;
    struct network *network;
    struct metadata metadata = {.count = 0};
    struct tensor_file file, other;
    struct error error;
    char want[SHA256_HEX_SIZE], hex[SHA256_HEX_SIZE];
    struct weights_source source = {.path = path};
    assert_good(network_create(&network, &net_carlini, 1, false, &error), error);
    assert_good(initialise_network(network, "default", INIT_BIAS_DEFAULT, 1, &error), error);
    assert_good(weights_hash(network, want, &error), error);
    metadata_add(&metadata, "net", "carlini");
    assert_good(weights_write(path, network, &metadata, &error), error);
    assert_good(weights_read(&file, &source, &error), error);
    assert_good(weights_hash_file(&file, &source, hex, &error), error);
    assert_string_equal(hex, want);
    /* with its metadata, without the hashes, without any */
    static const size_t kept[] = {3, 1, 0};
    for (size_t i = 0; i < 3; i++) {
        size_t pairs = kept[i];
        library_save(path, file.tensors, file.count, file.pairs, pairs, true);
        assert_good(weights_read(&other, &source, &error), error);
        assert_string_not_equal(other.payload_sha256, want);
        assert_good(weights_hash_file(&other, &source, hex, &error), error);
        assert_string_equal(hex, pairs > 0 ? want : other.payload_sha256);
        source.net = pairs > 0 ? NULL : &net_carlini;
        assert_good(weights_hash_file(&other, &source, hex, &error), error);
        assert_string_equal(hex, want);
        tensor_file_free(&other);
    }
    /* Values that changed: refused, unless all the same. */
    file.data[file.tensors[3].bytes - file.data] ^= 1;
    library_save(path, file.tensors, file.count, file.pairs, 3, true);
    source.net = NULL;
    assert_good(weights_read(&other, &source, &error), error);
    assert_fails(weights_hash_file(&other, &source, hex, &error), error, "--unverified");
    tensor_file_free(&other);
    library_save(path, file.tensors, file.count, file.pairs, 3, false);
    assert_fails(weights_read(&other, &source, &error), error, "; --unverified accepts it");
    source.unverified = true;
    assert_good(weights_read(&other, &source, &error), error);
    assert_int_equal(other.state, TENSORS_UNHASHED);
    assert_good(weights_hash_file(&other, &source, hex, &error), error);
    assert_string_equal(hex, other.payload_sha256);
    tensor_file_free(&other);
    tensor_file_free(&file);
    network_free(network);
}

/* Statistics of values as a file has them. */
static struct statistics statistics_of_floats(const float *values, size_t count)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < count; i++)
        dtype_encode_f32(values[i], bytes + 4 * i);
    return statistics_of(&(struct tensor){.count = count, .bytes = bytes});
}

static void test_statistics(void **state)
{
    (void)state;
    const float plain[] = {1, 2, 3, 6}, some[] = {NAN, 4, NAN, -2}, none[] = {NAN, NAN};
    struct statistics s = statistics_of_floats(plain, 4);
    assert_true(s.minimum == 1 && s.maximum == 6 && s.mean == 3 && s.nans == 0);
    assert_near(s.deviation, sqrt((4 + 1 + 0 + 9) / 4.0), 1e-15, "deviation");
    s = statistics_of_floats(some, 4);
    assert_true(s.minimum == -2 && s.maximum == 4 && s.mean == 1 && s.nans == 2);
    assert_near(s.deviation, 3, 1e-15, "deviation");
    s = statistics_of_floats(none, 2);
    assert_true(isnan(s.minimum) && isnan(s.maximum) && isnan(s.mean) && isnan(s.deviation));
    assert_int_equal(s.nans, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_path, drop_path)
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),    TEST(test_moments),
        TEST(test_other_tensors), TEST(test_open),
        TEST(test_saved_again),   TEST(test_foreign_tensors),
        TEST(test_hash_of_file),  cmocka_unit_test(test_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
