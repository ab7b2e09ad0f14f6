/* Trainings on the sample: the same bits with any number of threads and after any interruption, and
 * no going on from what does not belong to them.
 *
 * Every training runs in a process of its own, as the tool would: it can then be killed, and this
 * process, which forks them, never starts threads. */
#include "unit/support.h"

#include "base/file.h"
#include "exact/parallel.h"
#include "io/runlog.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/checkpoint.h"
#include "run/training.h"
#include "run/weights.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { DONE = 0, FAILED = 1, STOPPED = 3, NAMES = 8 };

/* A run's files, all in one scratch folder, and its settings. */
struct run {
    char *weights, *out, *log, *checkpoint, *previous, *next, *failure, *warning;
    struct training_settings settings;
    int threads;
};

/* Where the training process leaves what it is warned of. */
static char *warning_path;

static void note_warning(const char *text)
{
    FILE *file = fopen(warning_path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        _exit(9);
}

static void write_initial(const char *path, const struct network_spec *spec, uint32_t seed)
{
    struct network *network;
    struct error error;
    struct metadata metadata = {.count = 0};
    metadata_add(&metadata, "net", spec->name);
    metadata_add(&metadata, "scheme", "default");
    assert_good(network_create(&network, spec, 1, false, &error), error);
    assert_good(initialise_network(network, "default", INIT_BIAS_DEFAULT, seed, &error), error);
    assert_good(weights_write(path, network, &metadata, &error), error);
    network_free(network);
}

/* Three steps an epoch, the last one short: little, for the sake of sanitizers. */
static void run_open(struct run *r, const char *net)
{
    r->weights = support_path("initial.safetensors");
    r->out = support_path("final.safetensors");
    r->log = support_path("log.tsv");
    r->checkpoint = support_path("checkpoint.safetensors");
    r->previous = support_path("checkpoint.safetensors.previous");
    r->next = support_path("checkpoint.safetensors.next");
    r->failure = support_path("failure.txt");
    r->warning = warning_path = support_path("warning.txt");
    r->threads = 1;
    r->settings = (struct training_settings){.weights = r->weights,
                                             .data = "data/sample",
                                             .out = r->out,
                                             .log = r->log,
                                             .checkpoint = r->checkpoint,
                                             .epochs = 3,
                                             .hyper = {.batch_size = 5,
                                                       .examples = 14,
                                                       .learning_rate = 1e-3,
                                                       .order = ORDER_SHUFFLED,
                                                       .loss = LOSS_CROSS_ENTROPY,
                                                       .plotted = PLOTTED_BATCH_MEANS,
                                                       .seed = 5},
                                             .checkpoint_seconds = 0, /* after every step */
                                             .warn = note_warning,
                                             .quiet = true};
    write_initial(r->weights, nets_find(net), 1);
}

static void forget(const struct run *r)
{
    unlink(r->out);
    unlink(r->log);
    unlink(r->checkpoint);
    unlink(r->previous);
    unlink(r->next);
    unlink(r->warning);
}

static void run_close(struct run *r)
{
    char *names[NAMES]
        = {r->weights, r->out, r->log, r->checkpoint, r->previous, r->next, r->failure, r->warning};
    for (int i = 0; i < NAMES; i++) {
        unlink(names[i]);
        free(names[i]);
    }
}

static pid_t start(const struct run *r)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0)
        return child;
    struct error error;
    uint64_t done;
    signal(SIGTERM, SIG_DFL);
    alarm(300); /* none takes a tenth of that */
    parallel_set_threads(r->threads);
    if (training_run(&r->settings, &done, &error))
        _exit(done < r->settings.epochs ? STOPPED : DONE);
    FILE *file = fopen(r->failure, "w");
    if (file != NULL && fputs(error.text, file) >= 0 && fclose(file) == 0)
        _exit(FAILED);
    _exit(9);
}

/* The child's exit status, or minus the signal that ended it. */
static int finish(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void expect(const struct run *r, int want)
{
    int status = finish(start(r));
    if (status == FAILED && want != FAILED) {
        uint8_t *text;
        size_t size;
        struct error error;
        assert_good(file_read(r->failure, 1024, &text, &size, &error), error);
        fail_msg("%s", (char *)text);
    }
    assert_int_equal(status, want);
}

/* The training must fail, with one line in which the words stand. */
static void expect_failure(const struct run *r, const char *words)
{
    uint8_t *text;
    size_t size;
    struct error error;
    expect(r, FAILED);
    assert_good(file_read(r->failure, 2048, &text, &size, &error), error);
    if (strstr((char *)text, words) == NULL || strchr((char *)text, '\n') != NULL)
        fail_msg("error is \"%s\", without: %s", (char *)text, words);
    free(text);
}

static void pause_milliseconds(long milliseconds)
{
    nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

/* What a training comes to: its final weights and, of its log, everything but the rates. */
struct result {
    char weights[SHA256_HEX_SIZE];
    struct runlog log;
};

static void result_read(struct result *result, const struct run *r)
{
    struct error error;
    assert_good(sha256_of_file(r->out, result->weights, &error), error);
    assert_good(runlog_read(&result->log, r->log, &error), error);
    assert_int_equal(result->log.epoch_count, r->settings.epochs);
}

/* Compares what lies there with the result, and clears it away. */
static void expect_result(const struct result *want, const struct run *r)
{
    struct result got;
    result_read(&got, r);
    for (size_t i = 0; i < want->log.epoch_count; i++) {
        assert_true(got.log.epochs[i].loss == want->log.epochs[i].loss);
        assert_string_equal(got.log.epochs[i].weights, want->log.epochs[i].weights);
        assert_string_equal(got.log.epochs[i].state, want->log.epochs[i].state);
        assert_string_equal(got.log.epochs[i].chain, want->log.epochs[i].chain);
    }
    for (size_t i = 0; i < want->log.pair_count; i++) {
        assert_string_equal(got.log.pairs[i].key, want->log.pairs[i].key);
        assert_string_equal(got.log.pairs[i].value, want->log.pairs[i].value);
    }
    assert_int_equal(got.log.pair_count, want->log.pair_count);
    assert_string_equal(got.weights, want->weights);
    runlog_free(&got.log);
    forget(r);
}

/* The result of an uninterrupted training on one thread. */
static void result_of(struct result *result, struct run *r)
{
    forget(r);
    r->threads = 1;
    expect(r, DONE);
    result_read(result, r);
    assert_true(isfinite(result->log.epochs[0].loss));
    assert_true(result->log.epochs[0].loss != result->log.epochs[1].loss);
    forget(r);
}

static void check_threads_and_stop(struct run *r)
{
    struct result want;
    result_of(&want, r);
    static const int threads[] = {2, 5};
    for (int i = 0; i < 2; i++) {
        r->threads = threads[i];
        expect(r, DONE);
        expect_result(&want, r);
    }
    r->settings.until = 1;
    expect(r, STOPPED);
    assert_false(file_exists(r->out));
    r->settings.until = 0;
    r->threads = 2;
    expect(r, DONE);
    expect_result(&want, r);
    runlog_free(&want.log);
}

static void test_carlini(void **state)
{
    (void)state;
    struct run r;
    run_open(&r, "carlini");
    r.settings.epochs = 2;
    check_threads_and_stop(&r);
    run_close(&r);
}

static void test_resnet56(void **state)
{
    (void)state;
    struct run r;
    run_open(&r, "resnet56");
    r.settings.epochs = 2;
    r.settings.hyper.examples = 7;
    r.settings.hyper.batch_size = 4;
    r.settings.hyper.order = ORDER_SEQUENTIAL;
    r.settings.hyper.loss = LOSS_CROSS_ENTROPY_OF_SOFTMAX;
    r.settings.hyper.plotted = PLOTTED_EXAMPLES;
    check_threads_and_stop(&r);
    run_close(&r);
}

static void test_terminated(void **state)
{
    (void)state;
    struct run r;
    struct result want;
    run_open(&r, "carlini");
    result_of(&want, &r);
    static const int signals[] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; i++) {
        pid_t child = start(&r);
        for (int k = 0; !file_exists(r.checkpoint) && k < 60000; k++)
            pause_milliseconds(1);
        assert_int_equal(kill(child, signals[i]), 0);
        assert_int_equal(finish(child), FAILED);
        uint8_t *text;
        size_t size;
        struct error error;
        assert_good(file_read(r.failure, 2048, &text, &size, &error), error);
        assert_non_null(strstr((char *)text, "interrupted in epoch"));
        assert_non_null(strstr((char *)text, "run the same command again"));
        free(text);
        assert_false(file_exists(r.out));
        expect(&r, DONE);
        expect_result(&want, &r);
    }
    runlog_free(&want.log);
    run_close(&r);
}

/* Killed at moments spread over all it does, writing included; whatever .partial file that leaves,
 * the next goes on. */
static void test_killed(void **state)
{
    (void)state;
    enum { KILLS = 8 };
    struct run r;
    struct result want;
    run_open(&r, "carlini");
    result_of(&want, &r);
    uint64_t random = (uint64_t)getpid() * 1000003 + (uint64_t)time(NULL);
    print_message("random: %llu\n", (unsigned long long)random);
    int kills = 0, status = -SIGKILL;
    for (size_t longest = 200; status == -SIGKILL && kills < KILLS;) {
        pid_t child = start(&r);
        pause_milliseconds((long)(longest / 10 + support_below(&random, longest)));
        kill(child, SIGKILL);
        status = finish(child);
        kills += status == -SIGKILL;
        if (status == DONE && kills == 0 && longest > 1) { /* too fast: anew, and sooner */
            forget(&r);
            status = -SIGKILL;
            longest /= 2;
        }
    }
    assert_true(kills > 0);
    if (status == -SIGKILL)
        expect(&r, DONE);
    else
        assert_int_equal(status, DONE);
    expect_result(&want, &r);
    runlog_free(&want.log);
    run_close(&r);
}

/* A finished training, run again, writes its result again; fewer epochs than were done are refused,
 * more are gone on with. */
static void test_finished(void **state)
{
    (void)state;
    struct run r;
    struct result want;
    run_open(&r, "carlini");
    r.settings.epochs = 2;
    result_of(&want, &r);
    r.settings.epochs = 1;
    expect(&r, DONE);
    r.settings.epochs = 2;
    expect(&r, DONE);
    unlink(r.out);
    r.settings.epochs = 1;
    expect_failure(&r, "is past epoch 1");
    r.settings.epochs = 2;
    expect(&r, DONE);
    expect_result(&want, &r);
    runlog_free(&want.log);
    run_close(&r);
}

static void test_other_arguments(void **state)
{
    (void)state;
    struct run r;
    run_open(&r, "carlini");
    r.settings.until = 1;
    r.settings.hyper.examples = 5;
    expect(&r, STOPPED);
    const struct training_settings kept = r.settings;
#define REFUSED(change, words)                                                                     \
    do {                                                                                           \
        r.settings.change;                                                                         \
        expect_failure(&r, "belongs to another training: its " words);                             \
        r.settings = kept;                                                                         \
    } while (0)
    REFUSED(hyper.seed = 6, "seed is 5, not 6");
    REFUSED(hyper.batch_size = 4, "batch_size");
    REFUSED(hyper.learning_rate = 2e-3, "learning_rate");
    REFUSED(hyper.order = ORDER_SEQUENTIAL, "order");
    REFUSED(hyper.loss = LOSS_CROSS_ENTROPY_OF_SOFTMAX, "loss");
    REFUSED(hyper.plotted = PLOTTED_EXAMPLES, "plotted");
    REFUSED(hyper.arithmetic = GEMM_OPENBLAS, "arithmetic");
    REFUSED(hyper.examples = 10, "data_sha256");
    REFUSED(numerics = "0011", "numerics_sha256 is unknown, not 0011");
    write_initial(r.weights, &net_carlini, 2);
    REFUSED(quiet = true, "initial_weights_sha256");
#undef REFUSED
    run_close(&r);
}

/* Reads the checkpoint, changes one pair of its metadata (NULL: leaves it out), and writes it back,
 * with hashes that fit. */
static void tamper(const struct run *r, const char *key, const char *value)
{
    struct tensor_file file;
    struct error error;
    assert_good(tensor_file_read(&file, r->checkpoint, &error), error);
    struct metadata metadata = {.count = 0};
    for (size_t i = 0; i < file.pair_count; i++) {
        const char *name = file.pairs[i].key;
        bool changed = strcmp(name, key) == 0;
        bool own = strcmp(name, "payload_sha256") == 0 || strcmp(name, "header_sha256") == 0;
        if (!own && !(changed && value == NULL))
            metadata_add(&metadata, name, changed ? value : file.pairs[i].value);
    }
    assert_good(tensor_file_write(r->checkpoint, file.tensors, file.count, &metadata, &error),
                error);
    tensor_file_free(&file);
}

/* A checkpoint that is whole, but says what cannot be: no damage, so nothing is passed over. */
static void test_wrong_checkpoint(void **state)
{
    (void)state;
    struct run r;
    struct error error;
    uint8_t *data;
    size_t size;
    run_open(&r, "carlini");
    r.settings.until = 1;
    r.settings.hyper.examples = 10;
    expect(&r, STOPPED);
    assert_good(file_read(r.checkpoint, 1 << 25, &data, &size, &error), error);
    static const struct {
        const char *key, *value, *words;
    } changes[] = {
        {"position", "3", "position does not fit"},
        {"position", "10", "position does not fit"},
        {"epoch", "0", "position does not fit"},
        {"epoch", "9", "is past epoch 3"},
        {"epoch", "4", "position does not fit"},
        {"step", "3", "position does not fit"},
        {"seed", NULL, "its seed is missing"},
        {"seed", "6", "its seed is 6, not 5"},
        {"chain_sha256_of_last_epoch", "0", "does not hold epoch 1"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_good(file_write(r.checkpoint, data, size, &error), error);
        tamper(&r, changes[i].key, changes[i].value);
        expect_failure(&r, changes[i].words);
        assert_false(file_exists(r.warning));
    }
    free(data);
    run_close(&r);
}

/* The text that the training warned with holds the words. */
static void expect_warning(const struct run *r, const char *words)
{
    uint8_t *text;
    size_t size;
    struct error error;
    assert_good(file_read(r->warning, 4096, &text, &size, &error), error);
    if (strstr((char *)text, words) == NULL || strchr((char *)text, '\n') != NULL)
        fail_msg("warning is \"%s\", without: %s", (char *)text, words);
    free(text);
    unlink(r->warning);
}

static void copy(const char *from, const char *to, size_t length, size_t flipped)
{
    uint8_t *data;
    size_t size;
    struct error error;
    assert_good(file_read(from, 1 << 25, &data, &size, &error), error);
    if (flipped < size)
        data[flipped] ^= 1;
    assert_good(file_write(to, data, length < size ? length : size, &error), error);
    free(data);
}

enum { WHOLE = 1 << 30, NONE = 1 << 30 };

/* The newest is cut short, flipped somewhere, or says nothing: the one before it takes its place,
 * and the training ends as if nothing had happened. If that one is no better, both are named. */
static void test_damaged_checkpoint(void **state)
{
    (void)state;
    struct run r;
    struct result want;
    struct error error;
    char folder[FILE_PATH], kept[FILE_PATH];
    run_open(&r, "carlini");
    r.settings.epochs = 2;
    r.settings.hyper.examples = 10;
    result_of(&want, &r);
    static const struct {
        size_t length, flipped;
        const char *key;
    } damages[] = {{0, NONE, NULL},
                   {100, NONE, NULL},
                   {5000000, NONE, NULL},
                   {WHOLE, 4000000, NULL},
                   {WHOLE, 3, NULL},
                   {WHOLE, NONE, "step"},
                   {WHOLE, NONE, "epoch"},
                   {WHOLE, NONE, "partial_loss"},
                   {WHOLE, NONE, "chain_sha256_of_last_epoch"}};
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        r.settings.until = 1;
        expect(&r, STOPPED);
        r.settings.until = 0;
        assert_true(file_exists(r.previous));
        if (damages[i].key != NULL)
            tamper(&r, damages[i].key, NULL);
        copy(r.checkpoint, r.checkpoint, damages[i].length, damages[i].flipped);
        expect(&r, DONE);
        expect_warning(&r, r.checkpoint);
        expect_result(&want, &r);
    }
    r.settings.until = 1;
    expect(&r, STOPPED);
    copy(r.checkpoint, r.checkpoint, WHOLE, 4000000);
    copy(r.previous, r.previous, 100, NONE);
    expect_failure(&r, ".safetensors: damaged: ");
    expect_failure(&r, ".previous: not a safetensors file");
    expect_failure(&r, "; to start anew, remove /");
    assert_good(file_folder(folder, r.checkpoint, &error), error);
    assert_good(checkpoint_kept_path(kept, folder, 1, &error), error);
    assert_good(file_folder(folder, kept, &error), error);
    assert_good(file_make_folder(folder, &error), error);
    expect_failure(&r, ".previous and /");
    expect_failure(&r, folder);
    assert_int_equal(rmdir(folder), 0);
    unlink(r.previous);
    expect_failure(&r, "; and there is no /");
    copy(r.checkpoint, r.previous, WHOLE, 4000000); /* flips it back */
    r.settings.hyper.seed = 6;
    expect_failure(&r, ".previous: belongs to another training");
    assert_true(file_exists(r.checkpoint)); /* nothing was moved */
    runlog_free(&want.log);
    run_close(&r);
}

/* The newest cannot be opened, which says nothing against it: it is not passed over. */
static void test_refused_checkpoint(void **state)
{
    (void)state;
    struct run r;
    struct result want;
    struct error error;
    char newest[SHA256_HEX_SIZE], before[SHA256_HEX_SIZE], hex[SHA256_HEX_SIZE];
    run_open(&r, "carlini");
    r.settings.epochs = 2;
    r.settings.hyper.examples = 10;
    result_of(&want, &r);
    r.settings.until = 1;
    expect(&r, STOPPED);
    r.settings.until = 0;
    assert_good(sha256_of_file(r.checkpoint, newest, &error), error);
    assert_good(sha256_of_file(r.previous, before, &error), error);
    assert_int_equal(rename(r.checkpoint, r.next), 0);
    assert_int_equal(symlink(r.checkpoint, r.checkpoint), 0); /* for root too */
    expect_failure(&r, ".safetensors: cannot open: ");
    assert_false(file_exists(r.warning));
    assert_int_equal(rename(r.next, r.checkpoint), 0);
    assert_good(sha256_of_file(r.previous, hex, &error), error);
    assert_string_equal(hex, before);
    assert_good(sha256_of_file(r.checkpoint, hex, &error), error);
    assert_string_equal(hex, newest);
    expect(&r, DONE);
    expect_result(&want, &r);
    runlog_free(&want.log);
    run_close(&r);
}

/* Of no hash is as good as damaged; and no number in it keeps the training busy. */
static void test_unbounded_checkpoint(void **state)
{
    (void)state;
    struct run r;
    struct error error;
    uint8_t *data;
    size_t size;
    static const char *const keys[] = {"payload_sha256", "header_sha256"};
    run_open(&r, "carlini");
    r.settings.until = 1;
    r.settings.hyper.examples = 10;
    expect(&r, STOPPED);
    unlink(r.previous);
    tamper(&r, "epoch", "1152921504606846977");
    tamper(&r, "step", "2305843009213693952"); /* two an epoch: they fit */
    expect_failure(&r, "is past epoch 3");
    assert_good(file_read(r.checkpoint, 1 << 25, &data, &size, &error), error);
    for (int i = 0; i < 2; i++)
        memcpy(memmem(data, size, keys[i], strlen(keys[i])), "x", 1);
    assert_good(file_write(r.checkpoint, data, size, &error), error);
    free(data);
    expect_failure(&r, "without the hashes that it was written with");
    run_close(&r);
}

/* Two of the files are one, by name or by what the names lead to. */
static void test_same_names(void **state)
{
    (void)state;
    struct run r;
    struct error error;
    char before[SHA256_HEX_SIZE], hex[SHA256_HEX_SIZE], *other = support_path("other");
    char *folder = support_path("link"), *linked;
    run_open(&r, "carlini");
    r.settings.hyper.examples = 5;
    const struct training_settings kept = r.settings;
    assert_good(sha256_of_file(r.weights, before, &error), error);
#define REFUSED(change, words)                                                                     \
    do {                                                                                           \
        r.settings.change;                                                                         \
        expect_failure(&r, words);                                                                 \
        r.settings = kept;                                                                         \
        assert_false(file_exists(r.log) || file_exists(r.checkpoint) || file_exists(r.out));       \
    } while (0)
    REFUSED(out = r.weights, "is given both as initial weights and as final weights");
    REFUSED(log = r.weights, "is given both as initial weights and as log");
    REFUSED(checkpoint = r.weights, "is given both as initial weights and as checkpoint");
    REFUSED(log = r.out, "is given both as final weights and as log");
    REFUSED(checkpoint = r.out, "is given both as final weights and as checkpoint");
    REFUSED(checkpoint = r.log, "is given both as log and as checkpoint");
    static const char *const derived[][2] = {{".previous", "the checkpoint before"},
                                             {".next", "the next checkpoint"},
                                             {".lock", "the checkpoint's lock"}};
    for (size_t i = 0; i < 3; i++) {
        char words[80];
        assert_true(asprintf(&linked, "%s%s", r.checkpoint, derived[i][0]) > 0);
        snprintf(words, sizeof words, "is given both as log and as %s", derived[i][1]);
        REFUSED(log = linked, words);
        free(linked);
    }
    assert_true(asprintf(&linked, "%s.partial", r.out) > 0);
    REFUSED(log = linked, "is given both as log and as final weights in the making");
    free(linked);
    assert_int_equal(symlink(r.weights, other), 0);
    REFUSED(out = other, "is given both as initial weights and as final weights");
    unlink(other);
    assert_int_equal(link(r.weights, other), 0);
    REFUSED(log = other, "is given both as initial weights and as log");
    unlink(other);
    /* None is there yet, but it is one folder. */
    char *scratch = strndup(r.log, (size_t)(strrchr(r.log, '/') - r.log));
    assert_int_equal(symlink(scratch, folder), 0);
    assert_true(asprintf(&linked, "%s%s", folder, strrchr(r.log, '/')) > 0);
    REFUSED(checkpoint = linked, "is given both as log and as checkpoint");
#undef REFUSED
    assert_good(sha256_of_file(r.weights, hex, &error), error);
    assert_string_equal(hex, before);
    unlink(folder);
    free(scratch);
    free(linked);
    free(folder);
    free(other);
    run_close(&r);
}

/* Cut off between any two of the steps by which a checkpoint becomes the newest. */
static void test_between_renames(void **state)
{
    (void)state;
    struct run r;
    struct result want;
    run_open(&r, "carlini");
    r.settings.epochs = 2;
    r.settings.hyper.examples = 10;
    result_of(&want, &r);
    for (int moment = 0; moment < 4; moment++) {
        r.settings.until = 1;
        expect(&r, STOPPED);
        r.settings.until = 0;
        if (moment == 0) /* the next half written */
            copy(r.checkpoint, r.next, 1000, NONE);
        if (moment == 1) /* written, and nothing renamed */
            copy(r.checkpoint, r.next, WHOLE, NONE);
        if (moment
            >= 2) { /* the newest renamed, and none in its place; before there ever were two */
            copy(r.checkpoint, r.next, WHOLE, NONE);
            if (moment == 3)
                unlink(r.previous);
            assert_int_equal(rename(r.checkpoint, r.previous), 0);
        }
        expect(&r, DONE);
        if (moment >= 2)
            expect_warning(&r, "is missing; going on from the one before it");
        assert_false(file_exists(r.warning));
        assert_false(file_exists(r.next));
        expect_result(&want, &r);
    }
    runlog_free(&want.log);
    run_close(&r);
}

/* Which checkpoints stay, and that they are the same bytes however the training came there. */
static void test_keep(void **state)
{
    (void)state;
    struct run r;
    struct error error;
    char folder[FILE_PATH], path[FILE_PATH], kept[SHA256_HEX_SIZE], again[SHA256_HEX_SIZE];
    run_open(&r, "carlini");
    r.settings.hyper.examples = 10;
    assert_good(file_folder(folder, r.checkpoint, &error), error);
    static const struct {
        const char *text;
        bool stays[4];
    } cases[] = {{"all", {false, true, true, true}},
                 {"every:2", {false, false, true, false}},
                 {"every:4", {false, false, false, false}},
                 {"last", {false, false, false, false}}};
    for (size_t i = 0; i < 4; i++) {
        forget(&r);
        assert_good(training_parse_keep(cases[i].text, &r.settings.keep_every, &error), error);
        r.settings.until = 2;
        expect(&r, STOPPED);
        r.settings.until = 0;
        expect(&r, DONE);
        for (uint64_t epoch = 1; epoch <= 3; epoch++) {
            assert_good(checkpoint_kept_path(path, folder, epoch, &error), error);
            assert_int_equal(file_exists(path), cases[i].stays[epoch]);
            if (cases[i].stays[epoch] && epoch == 2) {
                assert_good(sha256_of_file(path, i == 0 ? kept : again, &error), error);
            } else if (cases[i].stays[epoch] && epoch == 3) {
                char newest[SHA256_HEX_SIZE];
                assert_good(sha256_of_file(path, again, &error), error);
                assert_good(sha256_of_file(r.checkpoint, newest, &error), error);
                assert_string_equal(again, newest);
            }
            unlink(path);
        }
    }
    assert_string_equal(kept, again);
    assert_good(file_folder(folder, path, &error), error);
    assert_int_equal(rmdir(folder), 0);
    static const char *const wrong[]
        = {"", "none", "every:", "every:0", "every:x", "every:2x", "All"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(training_parse_keep(wrong[i], &r.settings.keep_every, &error), error,
                     "is none of all, every:N, last");
    run_close(&r);
}

static void test_missing_files(void **state)
{
    (void)state;
    struct run r;
    struct error error;
    struct runlog log;
    run_open(&r, "carlini");
    r.settings.until = 2;
    r.settings.hyper.examples = 5;
    expect(&r, STOPPED);
    r.settings.until = 0;
    assert_good(runlog_read(&log, r.log, &error), error);
    log.epoch_count = 1;
    assert_good(runlog_write(&log, r.log, &error), error);
    runlog_free(&log);
    expect_failure(&r, "does not hold epoch 2");
    unlink(r.log);
    expect_failure(&r, r.log);
    unlink(r.checkpoint);
    unlink(r.previous);
    r.settings.data = "data/nowhere";
    expect_failure(&r, "data/nowhere/data_batch_1.bin: cannot open");
    r.settings.data = "data/sample";
    r.settings.hyper.examples = 49999;
    expect_failure(&r, "fewer than 49999");
    r.settings.hyper.examples = 5;
    unlink(r.weights);
    expect_failure(&r, r.weights);
    r.settings.out = "/nowhere/final.safetensors"; /* before all else */
    expect_failure(&r, "/nowhere/final.safetensors");
    run_close(&r);
}

/* batch-means sums each batch's mean, examples weighs it with the batch's size: of one batch of n
 * examples, the second is n times the first. */
static void test_plotted(void **state)
{
    (void)state;
    struct run r;
    struct error error;
    double losses[2];
    run_open(&r, "carlini");
    r.settings.epochs = 1;
    r.settings.hyper.examples = r.settings.hyper.batch_size = 10;
    for (int plotted = 0; plotted < 2; plotted++) {
        struct runlog log;
        r.settings.hyper.plotted = (enum plotted_kind)plotted;
        expect(&r, DONE);
        assert_good(runlog_read(&log, r.log, &error), error);
        losses[plotted] = log.epochs[0].loss;
        runlog_free(&log);
        forget(&r);
    }
    assert_near(losses[0], log(10), 0.3, "the first loss of ten classes");
    assert_near(losses[1], 10 * losses[0], 1e-12, "examples");
    run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_carlini),
        cmocka_unit_test(test_resnet56),
        cmocka_unit_test(test_terminated),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_finished),
        cmocka_unit_test(test_other_arguments),
        cmocka_unit_test(test_wrong_checkpoint),
        cmocka_unit_test(test_damaged_checkpoint),
        cmocka_unit_test(test_between_renames),
        cmocka_unit_test(test_keep),
        cmocka_unit_test(test_missing_files),
        cmocka_unit_test(test_plotted),
        cmocka_unit_test(test_refused_checkpoint),
        cmocka_unit_test(test_unbounded_checkpoint),
        cmocka_unit_test(test_same_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
