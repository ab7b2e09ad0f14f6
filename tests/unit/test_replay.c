/* Recorded runs replayed: true transcripts are found true from the seed and from any checkpoint
 * that was kept, every false field is found, and two runs part where they were made to. */
#include "unit/support.h"

#include "base/file.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/audit.h"
#include "run/comparison.h"
#include "run/training.h"
#include "run/weights.h"

#include <sys/stat.h>

enum { EPOCHS = 3, STEPS = 3, SEED = 7 };

/* A run in a folder of its own. Everything happens on one thread, in this process. */
struct recorded {
    char *folder, *weights, *out, *log, *checkpoint;
    struct training_settings settings;
};

static char *within(const char *folder, const char *name)
{
    char *path;
    assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static void write_initial(const char *path, const char *net, uint32_t seed, const char *scheme)
{
    struct network *network;
    struct error error;
    char text[16];
    struct metadata metadata = {.count = 0};
    snprintf(text, sizeof text, "%u", seed);
    metadata_add(&metadata, "net", net);
    metadata_add(&metadata, "scheme", scheme);
    metadata_add(&metadata, "bias", "default");
    metadata_add(&metadata, "seed", text);
    metadata_add(&metadata, "step", "0");
    assert_good(network_create(&network, nets_find(net), 1, false, &error), error);
    assert_good(initialise_network(network, "default", INIT_BIAS_DEFAULT, seed, &error), error);
    assert_good(weights_write(path, network, &metadata, &error), error);
    network_free(network);
}

static void recorded_open(struct recorded *r, const char *name, const char *net)
{
    struct error error;
    r->folder = support_path(name);
    assert_good(file_make_folder(r->folder, &error), error);
    r->weights = within(r->folder, "init.safetensors");
    r->out = within(r->folder, "final.safetensors");
    r->log = within(r->folder, "log.tsv");
    r->checkpoint = within(r->folder, "checkpoint.safetensors");
    r->settings = (struct training_settings){.weights = r->weights,
                                             .data = "data/sample",
                                             .out = r->out,
                                             .log = r->log,
                                             .checkpoint = r->checkpoint,
                                             .epochs = EPOCHS,
                                             .hyper = {.batch_size = 5,
                                                       .examples = 14,
                                                       .learning_rate = 1e-3,
                                                       .order = ORDER_SHUFFLED,
                                                       .seed = SEED},
                                             .keep_every = 1,
                                             .checkpoint_seconds = 3600,
                                             .quiet = true};
    write_initial(r->weights, net, SEED, "default");
    parallel_set_threads(1);
}

static char *kept(const struct recorded *r, uint64_t epoch)
{
    static char path[FILE_PATH];
    struct error error;
    assert_good(checkpoint_kept_path(path, r->folder, epoch, &error), error);
    return path;
}

static void recorded_close(struct recorded *r)
{
    static const char *const rest[]
        = {"checkpoint.safetensors.previous", "checkpoints", "initial.safetensors", NULL};
    for (uint64_t epoch = 1; epoch <= EPOCHS; epoch++)
        unlink(kept(r, epoch));
    char *names[] = {r->weights, r->out, r->log, r->checkpoint};
    for (int i = 0; i < 4; i++) {
        unlink(names[i]);
        free(names[i]);
    }
    for (int i = 0; rest[i] != NULL; i++) {
        char *path = within(r->folder, rest[i]);
        remove(path);
        free(path);
    }
    assert_int_equal(rmdir(r->folder), 0);
    free(r->folder);
}

static void train(struct recorded *r)
{
    struct error error;
    uint64_t done;
    assert_good(training_run(&r->settings, &done, &error), error);
}

static bool audit(const struct recorded *r, uint64_t epoch, struct audit_range range,
                  const char *numerics, struct audit *result, char from[FILE_PATH],
                  struct error *error)
{
    const struct replay_settings settings
        = {.folder = r->folder, .numerics = numerics, .quiet = true};
    struct replay replay;
    bool good
        = replay_open(&replay, &settings, error) && audit_run(result, &replay, epoch, range, error);
    memcpy(from, replay.from, sizeof replay.from);
    replay_close(&replay);
    return good;
}

/* The epoch must be found true, from what is named. */
static void expect_true(const struct recorded *r, uint64_t epoch, const char *from)
{
    struct audit result;
    struct error error;
    char found[FILE_PATH];
    assert_good(audit(r, epoch, (struct audit_range){0}, NULL, &result, found, &error), error);
    assert_true(result.complete);
    if (strstr(found, from) == NULL)
        fail_msg("epoch %d is replayed from %s, not %s", (int)epoch, found, from);
}

static void expect_false(const struct recorded *r, uint64_t epoch, const char *words)
{
    struct audit result;
    struct error error;
    char found[FILE_PATH];
    assert_fails(audit(r, epoch, (struct audit_range){0}, NULL, &result, found, &error), error,
                 words);
}

static void check_true(const char *net)
{
    struct recorded r;
    recorded_open(&r, "true", net);
    train(&r);
    expect_true(&r, 1, "the seed");
    expect_true(&r, 2, "epoch-0001");
    expect_true(&r, 3, "epoch-0002");
    unlink(kept(&r, 2));
    expect_true(&r, 3, "checkpoint.safetensors.previous"); /* it happens to be of that end */
    char *previous = within(r.folder, "checkpoint.safetensors.previous");
    unlink(previous);
    free(previous);
    expect_true(&r, 3, "epoch-0001");
    unlink(kept(&r, 1));
    unlink(r.weights); /* nothing but the seed */
    expect_true(&r, 2, "the seed");
    recorded_close(&r);
}

static void test_true_carlini(void **state)
{
    (void)state;
    check_true("carlini");
}

static void test_true_resnet56(void **state)
{
    (void)state;
    check_true("resnet56");
}

/* Steps: what is before one is what is after the one before, and the last is the epoch's end. */
static void test_steps(void **state)
{
    (void)state;
    struct recorded r;
    struct error error;
    struct runlog log;
    struct audit first, second, rest;
    char from[FILE_PATH];
    recorded_open(&r, "steps", "carlini");
    train(&r);
    assert_good(runlog_read(&log, r.log, &error), error);
    assert_good(audit(&r, 2, (struct audit_range){1, 1}, NULL, &first, from, &error), error);
    assert_good(audit(&r, 2, (struct audit_range){2, 2}, NULL, &second, from, &error), error);
    assert_good(audit(&r, 2, (struct audit_range){2, STEPS}, NULL, &rest, from, &error), error);
    assert_string_equal(first.before, log.epochs[0].state);
    assert_string_equal(first.after, second.before);
    assert_string_equal(second.before, rest.before);
    assert_string_not_equal(second.before, second.after);
    assert_string_equal(rest.after, log.epochs[1].state);
    assert_true(!first.complete && !second.complete && rest.complete);
    assert_fails(audit(&r, 2, (struct audit_range){1, 4}, NULL, &first, from, &error), error,
                 "an epoch has 3 steps, and no step 4");
    assert_fails(audit(&r, 4, (struct audit_range){0}, NULL, &first, from, &error), error,
                 "has 3 epochs, and no epoch 4");
    runlog_free(&log);
    recorded_close(&r);
    struct audit_range range;
    assert_good(audit_parse_range("3..12", &range, &error), error);
    assert_true(range.first == 3 && range.last == 12);
    static const char *const wrong[]
        = {"3",    "3.12",  "3..",   "..3",   "0..3",
           "4..3", "3..4x", "-1..3", "3..+4", "3..99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(audit_parse_range(wrong[i], &range, &error), error, "is not a range a..b");
}

/* Writes the log anew as one would who lies and can count: the chain is whole, but from epoch 2 on
 * one thing is not what was computed. */
static void lie(const struct recorded *r, const char *key, const char *value, int column)
{
    struct runlog log, other = {0};
    struct error error;
    char weights[SHA256_HEX_SIZE], state[SHA256_HEX_SIZE];
    assert_good(runlog_read(&log, r->log, &error), error);
    for (size_t i = 0; i < log.pair_count; i++) {
        bool changed = key != NULL && strcmp(log.pairs[i].key, key) == 0;
        assert_good(
            runlog_add_pair(&other, log.pairs[i].key, changed ? value : log.pairs[i].value, &error),
            error);
    }
    for (size_t i = 0; i < log.epoch_count; i++) {
        const struct runlog_epoch *e = &log.epochs[i];
        memcpy(weights, e->weights, sizeof weights);
        memcpy(state, e->state, sizeof state);
        if (column == 2 && i == 1)
            weights[0] = weights[0] == '0' ? '1' : '0';
        if (column == 3 && i == 1)
            state[0] = state[0] == '0' ? '1' : '0';
        double loss = column == 1 && i == 1 ? nextafter(e->loss, 0) : e->loss;
        assert_good(runlog_append(&other, loss, e->rate, weights, state, &error), error);
    }
    assert_good(runlog_write(&other, r->log, &error), error);
    runlog_free(&log);
    runlog_free(&other);
}

static void test_false(void **state)
{
    (void)state;
    struct recorded r;
    struct error error;
    uint8_t *truth;
    size_t size;
    recorded_open(&r, "false", "carlini");
    train(&r);
    assert_good(file_read(r.log, 1 << 16, &truth, &size, &error), error);
    static const struct {
        const char *key, *value;
        int column;
        uint64_t epoch;
        const char *words;
    } lies[] = {
        {NULL, NULL, 1, 2, "log.tsv: epoch 2: loss is "},
        {NULL, NULL, 2, 2, "log.tsv: epoch 2: weights_sha256 is "},
        {NULL, NULL, 3, 2, "log.tsv: epoch 2: state_sha256 is "},
        {NULL, NULL, 1, 3, "log.tsv: epoch 2: chain_sha256 is "}, /* of the kept checkpoint */
        {NULL, NULL, 3, 3, "log.tsv: epoch 2: state_sha256 is "},
        {"seed", "8", 0, 1, "its hyperparameters_sha256 is"},
        {"learning_rate", "0.002", 0, 1, "its hyperparameters_sha256 is"},
        {"hyperparameters_sha256", "0", 0, 1, "its hyperparameters_sha256 is"},
        {"initial_seed", "8", 0, 1, "false: "},
        {"scheme", "zeros", 0, 1, "but the seed gives"},
        {"bias", "scheme", 0, 1, "biases by the scheme are for"},
        {"initial_weights_sha256", "0", 0, 1, "initial_weights_sha256 is 0, but the seed gives"},
        {"data_sha256", "0", 0, 1, "no data whose SHA-256 is 0: data/"},
        {"net", "resnet56", 0, 2, "but the seed gives"},
        {"net", "vgg", 0, 1, "its net, vgg, is not known"},
        {"examples", "0", 0, 1, "its examples, 0, is not possible"},
        {"batch_size", "-1", 0, 1, "its batch_size, -1, is not possible"},
        {"learning_rate", "1e-3", 0, 1, "its learning_rate, 1e-3, is not possible"},
        {"order", "random", 0, 1, "its order, random, is not known"},
        {"loss", "hinge", 0, 1, "its loss, hinge, is not known"},
        {"plotted", "all", 0, 1, "its plotted, all, is not known"},
        {"arithmetic", "blas", 0, 1, "its arithmetic, blas, is not known"},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        lie(&r, lies[i].key, lies[i].value, lies[i].column);
        expect_false(&r, lies[i].epoch, lies[i].words);
        assert_good(file_write(r.log, truth, size, &error), error);
    }
    expect_true(&r, 2, "epoch-0001");
    free(truth);
    recorded_close(&r);
}

/* A kept checkpoint that was flipped, or is another epoch's, or another run's, is as good as none:
 * the replay begins further back. */
static void test_passed_over(void **state)
{
    (void)state;
    struct recorded r, other;
    struct error error;
    uint8_t *data;
    size_t bytes;
    recorded_open(&r, "passed", "carlini");
    train(&r);
    char *previous = within(r.folder, "checkpoint.safetensors.previous");
    unlink(previous); /* of the end of epoch 2 */
    free(previous);
    assert_good(file_read(kept(&r, 1), 1 << 25, &data, &bytes, &error), error);
    data[bytes / 2] ^= 4;
    assert_good(file_write(kept(&r, 1), data, bytes, &error), error);
    expect_true(&r, 2, "the seed");
    free(data);
    assert_good(file_read(kept(&r, 2), 1 << 25, &data, &bytes, &error), error);
    assert_good(file_write(kept(&r, 1), data, bytes, &error), error);
    expect_true(&r, 2, "the seed");
    expect_true(&r, 3, "epoch-0002");
    data[bytes / 2] ^= 4;
    assert_good(file_write(kept(&r, 2), data, bytes, &error), error);
    expect_true(&r, 3, "the seed");
    free(data);
    recorded_open(&other, "other", "carlini");
    other.settings.hyper.seed = 8;
    other.settings.epochs = 1;
    train(&other);
    assert_good(file_read(kept(&other, 1), 1 << 25, &data, &bytes, &error), error);
    assert_good(file_write(kept(&r, 1), data, bytes, &error), error);
    expect_true(&r, 2, "the seed");
    free(data);
    /* Begun anew with another seed, and what the first had kept left lying. */
    unlink(r.checkpoint);
    r.settings.hyper.seed = 9;
    r.settings.keep_every = 2;
    train(&r);
    expect_true(&r, 2, "the seed");
    expect_true(&r, 3, "epoch-0002");
    recorded_close(&other);
    recorded_close(&r);
}

/* What the transcript says of the arithmetic, and weights that come from no seed. */
static void test_origin(void **state)
{
    (void)state;
    struct recorded r;
    struct audit result;
    struct error error;
    char from[FILE_PATH];
    recorded_open(&r, "origin", "carlini");
    write_initial(r.weights, "carlini", SEED, "a scheme of one's own");
    r.settings.epochs = 1;
    r.settings.numerics = "0011";
    train(&r);
    expect_true(&r, 1, "init.safetensors");
    assert_good(audit(&r, 1, (struct audit_range){0}, "0011", &result, from, &error), error);
    assert_fails(audit(&r, 1, (struct audit_range){0}, "0012", &result, from, &error), error,
                 "made with the arithmetic 0011, but this build's is 0012");
    write_initial(r.weights, "carlini", 8, "a scheme of one's own");
    expect_false(&r, 1, "but init.safetensors has");
    recorded_close(&r);
    recorded_open(&r, "blas", "carlini");
    r.settings.epochs = 1;
    r.settings.hyper.arithmetic = GEMM_OPENBLAS;
    train(&r);
    assert_fails(audit(&r, 1, (struct audit_range){0}, NULL, &result, from, &error), error,
                 "log.tsv: made with openblas, whose bits are the machine's");
    recorded_close(&r);
}

/* Puts a weight file's tensors in another order, and says nothing of where they come from. */
static void rearrange(const char *path)
{
    struct tensor_file file;
    struct metadata metadata = {.count = 0};
    struct error error;
    assert_good(tensor_file_read(&file, path, &error), error);
    metadata_add(&metadata, "net", tensor_file_metadata(&file, "net"));
    for (size_t i = 0, j = file.count - 1; i < j; i++, j--) {
        struct tensor one = file.tensors[i];
        file.tensors[i] = file.tensors[j];
        file.tensors[j] = one;
    }
    assert_good(tensor_file_write(path, file.tensors, file.count, &metadata, &error), error);
    tensor_file_free(&file);
}

/* Gives a file's last element a NaN of a form that we do not write, and its hashes other names. */
static void make_foreign(const char *path)
{
    static const char *const keys[] = {"payload_sha256", "header_sha256"};
    uint8_t *data;
    size_t size;
    struct error error;
    assert_good(file_read(path, 1 << 25, &data, &size, &error), error);
    for (int i = 0; i < 2; i++)
        memcpy(memmem(data, size, keys[i], strlen(keys[i])), "x", 1);
    memcpy(data + size - 4, "\1\0\xc0\xff", 4);
    assert_good(file_write(path, data, size, &error), error);
    free(data);
}

static void compare(struct comparison *c, const struct recorded *a, const struct recorded *b,
                    const char *const *data, size_t data_count)
{
    const struct replay_settings settings[2]
        = {{.folder = a->folder, .data = data, .data_count = data_count, .quiet = true},
           {.folder = b->folder, .data = data, .data_count = data_count, .quiet = true}};
    struct replay left = {0}, right = {0};
    struct error error;
    assert_good(replay_open(&left, &settings[0], &error), error);
    assert_good(replay_open(&right, &settings[1], &error), error);
    assert_good(comparison_run(c, &left, &right, &error), error);
    replay_close(&left);
    replay_close(&right);
}

/* Initial weights by another writer of safetensors: the transcript has the hash that they have as
 * we write them. */
static void test_foreign(void **state)
{
    (void)state;
    struct recorded r, own;
    struct comparison c;
    recorded_open(&own, "own", "carlini");
    recorded_open(&r, "foreign", "carlini");
    own.settings.epochs = r.settings.epochs = 1;
    rearrange(r.weights);
    train(&own);
    train(&r);
    expect_true(&r, 1, "init.safetensors");
    compare(&c, &own, &r, NULL, 0);
    assert_true(c.outcome == COMPARISON_SAME);
    recorded_close(&r);
    recorded_close(&own);
    recorded_open(&r, "foreign", "carlini");
    r.settings.epochs = 1;
    rearrange(r.weights);
    make_foreign(r.weights);
    train(&r);
    expect_true(&r, 1, "init.safetensors");
    recorded_close(&r);
}

static void test_compare(void **state)
{
    (void)state;
    struct recorded a, b;
    struct comparison c;
    recorded_open(&a, "a", "carlini");
    recorded_open(&b, "b", "carlini");
    train(&a);
    b.settings.epochs = 2;
    train(&b);
    compare(&c, &a, &b, NULL, 0);
    assert_true(c.outcome == COMPARISON_SAME && c.epochs == 2);
    recorded_close(&b);
    /* Another rate is felt in the first step: by the weights, not yet by a moment. */
    recorded_open(&b, "b", "carlini");
    b.settings.hyper.learning_rate = 2e-3;
    b.settings.epochs = 1;
    train(&b);
    compare(&c, &a, &b, NULL, 0);
    assert_true(c.outcome == COMPARISON_STEP && c.epoch == 1 && c.step == 1);
    assert_int_equal(c.tensors, 42);
    assert_int_equal(c.differing, 14);
    assert_string_equal(c.first.name, "conv0.weight");
    assert_near(c.first.maximum, 1e-3, 1e-5, "Adam's first step is of the rate's size");
    recorded_close(&b);
    /* Other initial weights. */
    recorded_open(&b, "b", "carlini");
    write_initial(b.weights, "carlini", 8, "default");
    b.settings.epochs = 1;
    train(&b);
    compare(&c, &a, &b, NULL, 0);
    assert_true(c.outcome == COMPARISON_INITIAL && c.differing == 14);
    recorded_close(&b);
    /* The loss is summed in another way, and nothing else is other. */
    recorded_open(&b, "b", "carlini");
    b.settings.hyper.plotted = PLOTTED_EXAMPLES;
    b.settings.epochs = 1;
    train(&b);
    compare(&c, &a, &b, NULL, 0);
    assert_true(c.outcome == COMPARISON_LOSSES && c.epoch == 1);
    recorded_close(&b);
    recorded_close(&a);
}

/* Zeros of another sign are other bits at no distance: 0/0, a NaN that is printed alike everywhere.
 */
static void test_compare_zeros(void **state)
{
    (void)state;
    struct recorded runs[2];
    struct comparison c;
    struct error error;
    for (int i = 0; i < 2; i++) {
        struct tensor_file file;
        struct metadata metadata = {.count = 0};
        recorded_open(&runs[i], i == 0 ? "a" : "b", "carlini");
        write_initial(runs[i].weights, "carlini", SEED, "a scheme of one's own");
        assert_good(tensor_file_read(&file, runs[i].weights, &error), error);
        memset(file.tensors[0].values, 0, file.tensors[0].count * sizeof(float));
        file.tensors[0].values[3] = i == 0 ? 0.0f : -0.0f;
        for (size_t p = 0; p < file.pair_count - 2; p++) /* not the hashes, which follow */
            metadata_add(&metadata, file.pairs[p].key, file.pairs[p].value);
        assert_good(tensor_file_write(runs[i].weights, file.tensors, file.count, &metadata, &error),
                    error);
        tensor_file_free(&file);
        runs[i].settings.epochs = 1;
        train(&runs[i]);
    }
    compare(&c, &runs[0], &runs[1], NULL, 0);
    assert_true(c.outcome == COMPARISON_INITIAL && c.differing == 1);
    assert_true(c.first.differing == 1 && c.first.maximum == 0);
    assert_true(isnan(c.first.relative) && !signbit(c.first.relative));
    recorded_close(&runs[0]);
    recorded_close(&runs[1]);
}

/* One pixel of one example is other: the runs part at the step that takes it. */
static void test_compare_data(void **state)
{
    (void)state;
    struct recorded a, b;
    struct comparison c;
    struct error error;
    uint8_t *data;
    size_t size;
    enum { EXAMPLE = 12 }; /* in order: the third step of five each */
    char *folder = support_path("data"), *file = within(folder, "data_batch_1.bin");
    recorded_open(&a, "a", "carlini");
    recorded_open(&b, "b", "carlini");
    a.settings.hyper.order = b.settings.hyper.order = ORDER_SEQUENTIAL;
    assert_good(file_make_folder(folder, &error), error);
    assert_good(file_read("data/sample/data_batch_1.bin", 1 << 25, &data, &size, &error), error);
    data[EXAMPLE * CIFAR10_RECORD + 1000] ^= 1;
    assert_good(file_write(file, data, size, &error), error);
    free(data);
    b.settings.data = folder;
    train(&a);
    train(&b);
    const char *const folders[] = {"data/sample", folder};
    compare(&c, &a, &b, folders, 2);
    assert_true(c.outcome == COMPARISON_STEP && c.epoch == 1 && c.step == 3);
    recorded_close(&a);
    recorded_close(&b);
    unlink(file);
    rmdir(folder);
    free(file);
    free(folder);
}

/* A bit of one weight flips between two epochs, as it would in bad memory: no replay makes that
 * again, but what was kept shows it. */
static void test_compare_fault(void **state)
{
    (void)state;
    struct recorded a, b;
    struct comparison c;
    struct error error;
    struct tensor_file file;
    struct metadata metadata = {.count = 0};
    uint64_t done;
    recorded_open(&a, "a", "carlini");
    recorded_open(&b, "b", "carlini");
    b.settings.hyper.plotted = PLOTTED_EXAMPLES; /* other losses from the first epoch on */
    train(&a);
    b.settings.until = 1;
    assert_good(training_run(&b.settings, &done, &error), error);
    assert_good(tensor_file_read(&file, b.checkpoint, &error), error);
    for (size_t i = 0; i < file.pair_count; i++) {
        const char *key = file.pairs[i].key;
        if (strcmp(key, "payload_sha256") != 0 && strcmp(key, "header_sha256") != 0)
            metadata_add(&metadata, key, file.pairs[i].value);
    }
    file.tensors[0].values[17] *= 2;
    assert_good(tensor_file_write(b.checkpoint, file.tensors, file.count, &metadata, &error),
                error);
    tensor_file_free(&file);
    b.settings.until = 0;
    train(&b);
    compare(&c, &a, &b, NULL, 0);
    assert_true(c.outcome == COMPARISON_NO_REPLAY && c.epoch == 2);
    assert_true(c.true_of[0] && !c.true_of[1]);
    assert_string_equal(c.first.name, "conv0.weight");
    assert_true(c.differing > 0 && c.first.maximum > 0 && c.first.relative > 0);
    expect_false(&b, 2, "false: ");
    expect_true(&b, 3, "epoch-0002"); /* from where it went wrong it went on right */
    unlink(kept(&b, 2));
    char *previous = within(b.folder, "checkpoint.safetensors.previous");
    unlink(previous);
    free(previous);
    compare(&c, &a, &b, NULL, 0);
    assert_true(c.outcome == COMPARISON_NO_REPLAY && c.differing == 0);
    recorded_close(&a);
    recorded_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_true_carlini),  cmocka_unit_test(test_true_resnet56),
        cmocka_unit_test(test_steps),         cmocka_unit_test(test_passed_over),
        cmocka_unit_test(test_false),         cmocka_unit_test(test_origin),
        cmocka_unit_test(test_foreign),       cmocka_unit_test(test_compare),
        cmocka_unit_test(test_compare_zeros), cmocka_unit_test(test_compare_data),
        cmocka_unit_test(test_compare_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
