#include "run/training.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/lock.h"
#include "base/progress.h"
#include "data/cifar10.h"
#include "io/runlog.h"
#include "run/batches.h"
#include "run/weights.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const plotted_names[] = {"batch-means", "examples", NULL};

enum { PAIR_SIZE = 80, RUN_PAIRS = 11 };

/* What the run is: written at the head of its log and into its checkpoints. */
struct description {
    const char *keys[RUN_PAIRS];
    char values[RUN_PAIRS][PAIR_SIZE];
    size_t count;
};

struct training {
    const struct training_settings *settings;
    struct tensor_file initial;
    struct network *network;
    struct adam adam;
    struct cifar10 set;
    struct description description;
    struct runlog log;
    float scaling[256];
    uint32_t *order;
    uint8_t *labels;
    uint64_t epoch;  /* the one under way, from 1 */
    size_t position; /* its examples done */
    double loss;     /* its plotted loss so far */
    double saved;    /* when the checkpoint was last written */
    struct progress progress;
};

static void __attribute__((format(printf, 3, 4)))
describe(struct description *d, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    d->keys[d->count] = key;
    vsnprintf(d->values[d->count++], PAIR_SIZE, format, arguments);
    va_end(arguments);
}

static void describe_run(struct training *t)
{
    const struct training_settings *s = t->settings;
    struct description *d = &t->description;
    describe(d, "net", "%s", network_spec_of(t->network)->name);
    describe(d, "initial_weights_sha256", "%s", t->initial.payload_sha256);
    describe(d, "data_sha256", "%s", t->set.sha256);
    describe(d, "examples", "%zu", t->set.count);
    describe(d, "batch_size", "%" PRIu64, s->batch_size);
    describe(d, "learning_rate", "%.17g", s->learning_rate);
    describe(d, "order", "%s", order_names[s->order]);
    describe(d, "loss", "%s", loss_names[s->loss]);
    describe(d, "plotted", "%s", plotted_names[s->plotted]);
    describe(d, "seed", "%" PRIu64, s->seed);
    describe(d, "arithmetic", "%s", s->arithmetic);
}

/* What the log says of the weights after its last epoch: ties a checkpoint to its log. */
static const char LAST_EPOCH_KEY[] = "weights_sha256_of_last_epoch";

static const char *last_weights(const struct runlog *log)
{
    return log->epoch_count > 0 ? log->epochs[log->epoch_count - 1].weights : "none";
}

static bool write_checkpoint(struct training *t, struct error *error)
{
    char epoch[24], position[24], step[24], loss[40];
    snprintf(epoch, sizeof epoch, "%" PRIu64, t->epoch);
    snprintf(position, sizeof position, "%zu", t->position);
    snprintf(step, sizeof step, "%" PRIu64, t->adam.step);
    snprintf(loss, sizeof loss, "%a", isnan(t->loss) ? NAN : t->loss); /* never "-nan" */
    struct metadata metadata = {.count = 0};
    metadata_add(&metadata, "kind", "checkpoint");
    metadata_add(&metadata, "epoch", epoch);
    metadata_add(&metadata, "position", position);
    metadata_add(&metadata, "step", step);
    metadata_add(&metadata, "partial_loss", loss);
    metadata_add(&metadata, LAST_EPOCH_KEY, last_weights(&t->log));
    for (size_t i = 0; i < t->description.count; i++)
        metadata_add(&metadata, t->description.keys[i], t->description.values[i]);
    struct weights w;
    if (!weights_collect(&w, t->network, &t->adam, error))
        return false;
    bool good = tensor_file_write(t->settings->checkpoint, w.tensors, w.count, &metadata, error);
    weights_release(&w);
    t->saved = progress_seconds();
    return good;
}

static bool read_number(const struct tensor_file *file, const char *path, const char *key,
                        uint64_t *number, struct error *error)
{
    const char *text = tensor_file_metadata(file, key);
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return error_set(error, "%s: no whole number for %s", path, key);
    errno = 0;
    *number = strtoull(text, &end, 10);
    return (*end == '\0' && errno == 0)
           || error_set(error, "%s: no whole number for %s", path, key);
}

/* Whether the position makes sense: on a batch's boundary, steps in keeping with it. */
static bool read_position(struct training *t, const struct tensor_file *file, struct error *error)
{
    const char *path = t->settings->checkpoint;
    const char *loss = tensor_file_metadata(file, "partial_loss");
    uint64_t position, step;
    if (!read_number(file, path, "epoch", &t->epoch, error)
        || !read_number(file, path, "position", &position, error)
        || !read_number(file, path, "step", &step, error))
        return false;
    uint64_t batch = t->settings->batch_size, steps = (t->set.count + batch - 1) / batch;
    char *end = NULL;
    if (loss != NULL)
        t->loss = strtod(loss, &end);
    if (t->epoch > t->settings->epochs + 1)
        return error_set(error, "%s: is past epoch %" PRIu64 "; remove it to start anew", path,
                         t->settings->epochs);
    if (end == NULL || end == loss || *end != '\0' || t->epoch < 1 || position >= t->set.count
        || position % batch != 0 || step / steps != t->epoch - 1
        || step % steps != position / batch)
        return error_set(error, "%s: its position does not fit this training", path);
    t->position = (size_t)position;
    adam_resume(&t->adam, step);
    return true;
}

/* The log must be of this run and hold the epochs that the checkpoint has behind it; any later line
 * is of work that the checkpoint does not know, and will be done again. */
static bool resume_log(struct training *t, const struct tensor_file *checkpoint,
                       struct error *error)
{
    const struct training_settings *s = t->settings;
    const struct description *d = &t->description;
    if (t->epoch == 1)
        return true;
    runlog_free(&t->log);
    if (!runlog_read(&t->log, s->log, error))
        return false;
    for (size_t i = 0; i < d->count; i++) {
        const char *found = runlog_find(&t->log, d->keys[i]);
        if (found == NULL || strcmp(found, d->values[i]) != 0)
            return error_set(error, "%s: is of another training: its %s is %s, not %s", s->log,
                             d->keys[i], found != NULL ? found : "missing", d->values[i]);
    }
    const char *last = tensor_file_metadata(checkpoint, LAST_EPOCH_KEY);
    if (t->log.epoch_count >= t->epoch - 1)
        t->log.epoch_count = (size_t)t->epoch - 1;
    if (t->log.epoch_count < t->epoch - 1 || last == NULL
        || strcmp(last, last_weights(&t->log)) != 0)
        return error_set(error,
                         "%s: does not hold epoch %" PRIu64 " as the checkpoint %s has it; "
                         "remove the checkpoint to start anew",
                         s->log, t->epoch - 1, s->checkpoint);
    return true;
}

static bool resume(struct training *t, struct error *error)
{
    const char *path = t->settings->checkpoint;
    struct tensor_file file;
    if (!tensor_file_read(&file, path, error))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < t->description.count; i++) {
        const char *found = tensor_file_metadata(&file, t->description.keys[i]);
        if (found == NULL || strcmp(found, t->description.values[i]) != 0)
            good = error_set(error,
                             "%s: belongs to another training: its %s is %s, not %s; "
                             "remove it or name another",
                             path, t->description.keys[i], found != NULL ? found : "missing",
                             t->description.values[i]);
    }
    good = good && weights_restore(t->network, &t->adam, &file, path, error)
           && read_position(t, &file, error) && resume_log(t, &file, error);
    tensor_file_free(&file);
    return good;
}

static bool prepare(struct training *t, struct error *error)
{
    const struct training_settings *s = t->settings;
    if (!cifar10_load(&t->set, s->data, CIFAR10_TRAIN, (size_t)s->examples, error))
        return false;
    size_t batch = s->batch_size < t->set.count ? (size_t)s->batch_size : t->set.count;
    if (!weights_open(s->weights, NULL, batch, true, &t->network, &t->initial, error)
        || !adam_create(&t->adam, network_trained(t->network), s->learning_rate, error))
        return false;
    if (network_classes(t->network) != CIFAR10_CLASSES)
        return error_set(error, "%s: the network does not have CIFAR-10's classes", s->weights);
    batch_scaling(network_spec_of(t->network), t->scaling);
    t->order = malloc(t->set.count * sizeof *t->order);
    t->labels = malloc(batch);
    if (t->order == NULL || t->labels == NULL)
        return error_set(error, "out of memory");
    describe_run(t);
    for (size_t i = 0; i < t->description.count; i++) {
        if (!runlog_add_pair(&t->log, t->description.keys[i], t->description.values[i], error))
            return false;
    }
    t->epoch = 1;
    t->saved = progress_seconds();
    return !file_exists(s->checkpoint) || resume(t, error);
}

static void take_step(struct training *t)
{
    const struct training_settings *s = t->settings;
    size_t left = t->set.count - t->position;
    size_t batch = left < s->batch_size ? left : (size_t)s->batch_size;
    struct pass pass
        = {.batch = batch, .training = true, .seed = (uint32_t)s->seed, .step = t->adam.step + 1};
    batch_fill(t->network, &t->set, t->scaling, t->order + t->position, 0, batch, t->labels);
    network_forward(t->network, &pass);
    double sum
        = loss_compute(s->loss, batch, network_classes(t->network), network_output(t->network),
                       t->labels, network_output_gradient(t->network));
    t->loss += s->plotted == PLOTTED_BATCH_MEANS ? sum / (double)batch : sum;
    network_backward(t->network, &pass);
    adam_update(&t->adam, network_values(t->network), network_gradients(t->network));
    t->position += batch;
}

/* Ends with the epoch, or at a signal with the checkpoint written and false. */
static bool run_epoch(struct training *t, struct error *error)
{
    const struct training_settings *s = t->settings;
    char label[64], hash[SHA256_HEX_SIZE];
    double started = progress_seconds();
    size_t first = t->position;
    snprintf(label, sizeof label, "epoch %" PRIu64 "/%" PRIu64, t->epoch, s->epochs);
    order_fill(t->order, t->set.count, s->order, (uint32_t)s->seed, t->epoch);
    while (t->position < t->set.count) {
        if (interrupt_seen) {
            if (!write_checkpoint(t, error))
                return false;
            return error_set(error,
                             "interrupted in epoch %" PRIu64 " after %zu of %zu examples; "
                             "run the same command again to go on",
                             t->epoch, t->position, t->set.count);
        }
        take_step(t);
        double done = (double)(t->epoch - 1) * (double)t->set.count + (double)t->position;
        progress_update(&t->progress, done, label);
        if (t->position < t->set.count
            && progress_seconds() - t->saved >= (double)s->checkpoint_seconds
            && !write_checkpoint(t, error))
            return false;
    }
    double rate = (double)(t->set.count - first) / (progress_seconds() - started);
    if (!weights_hash(t->network, hash, error)
        || !runlog_append(&t->log, t->loss, rate, hash, error)
        || !runlog_write(&t->log, s->log, error))
        return false;
    t->epoch++;
    t->position = 0;
    t->loss = 0;
    return write_checkpoint(t, error);
}

static bool write_final(struct training *t, struct error *error)
{
    static const char *const inherited[] = {"scheme", "bias", "track", NULL};
    const struct training_settings *s = t->settings;
    char seed[24], step[24];
    snprintf(seed, sizeof seed, "%" PRIu64, s->seed);
    snprintf(step, sizeof step, "%" PRIu64, t->adam.step);
    struct metadata metadata = {.count = 0};
    metadata_add(&metadata, "net", network_spec_of(t->network)->name);
    for (const char *const *key = inherited; *key != NULL; key++) {
        const char *value = tensor_file_metadata(&t->initial, *key);
        if (value != NULL)
            metadata_add(&metadata, *key, value);
    }
    metadata_add(&metadata, "seed", seed);
    metadata_add(&metadata, "step", step);
    metadata_add(&metadata, "arithmetic", s->arithmetic);
    return weights_write(s->out, t->network, &metadata, error);
}

static bool run_epochs(struct training *t, bool *stopped, struct error *error)
{
    const struct training_settings *s = t->settings;
    uint64_t last = s->until != 0 && s->until < s->epochs ? s->until : s->epochs;
    double examples = (double)t->set.count;
    double before = (double)(t->epoch - 1) * examples + (double)t->position;
    progress_start(&t->progress, "images", before, (double)s->epochs * examples, s->quiet);
    bool good = true;
    while (good && t->epoch <= last)
        good = run_epoch(t, error);
    progress_end(&t->progress);
    *stopped = last < s->epochs;
    if (!good || *stopped)
        return good;
    return write_final(t, error);
}

bool training_run(const struct training_settings *settings, bool *stopped, struct error *error)
{
    struct training t = {.settings = settings};
    struct lock lock;
    interrupt_catch();
    bool good = lock_take(&lock, settings->checkpoint, "training this run", error)
                && prepare(&t, error) && run_epochs(&t, stopped, error);
    lock_release(&lock);
    network_free(t.network);
    tensor_file_free(&t.initial);
    adam_release(&t.adam);
    cifar10_free(&t.set);
    runlog_free(&t.log);
    free(t.order);
    free(t.labels);
    return good;
}
