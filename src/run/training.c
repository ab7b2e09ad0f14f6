#include "run/training.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/lock.h"
#include "base/progress.h"
#include "base/text.h"
#include "run/backlog.h"
#include "run/checkpoint.h"
#include "run/weights.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct training {
    const struct training_settings *settings;
    struct tensor_file initial;
    struct trainer trainer;
    struct description description;
    struct runlog log;
    double saved; /* when the checkpoint was last written */
    struct progress progress;
    struct backlog backlog;
    bool diverged; /* a loss was not finite, and the user has been told */
};

bool training_parse_keep(const char *text, void *target, struct error *error)
{
    static const char every[] = "every:";
    uint64_t *keep_every = target;
    if (strcmp(text, "all") == 0) {
        *keep_every = 1;
        return true;
    }
    if (strcmp(text, "last") == 0) {
        *keep_every = 0;
        return true;
    }
    return (strncmp(text, every, sizeof every - 1) == 0
            && text_parse_number(text + sizeof every - 1, keep_every) && *keep_every > 0)
           || error_set(error, "'%s' is none of all, every:N, last", text);
}

static bool save(struct training *t, struct error *error)
{
    char chain[SHA256_HEX_SIZE];
    bool good = runlog_link(&t->log, t->log.epoch_count, chain, error)
                && checkpoint_advance(t->settings->checkpoint, &t->trainer, &t->description, chain,
                                      error);
    t->saved = progress_seconds();
    return good;
}

/* Where the checkpoint after an epoch is kept, and the folder of those. */
static bool kept_place(const struct training *t, uint64_t epoch, char path[FILE_PATH],
                       char folder[FILE_PATH], struct error *error)
{
    return file_folder(folder, t->settings->checkpoint, error)
           && checkpoint_kept_path(path, folder, epoch, error) && file_folder(folder, path, error);
}

/* The checkpoint at the end of an epoch, which is over, if it is one to keep. */
static bool keep(struct training *t, struct error *error)
{
    const struct training_settings *s = t->settings;
    char folder[FILE_PATH], path[FILE_PATH], chain[SHA256_HEX_SIZE];
    uint64_t epoch = t->trainer.epoch - 1;
    if (s->keep_every == 0 || epoch % s->keep_every != 0)
        return true;
    return kept_place(t, epoch, path, folder, error) && file_make_folder(folder, error)
           && runlog_link(&t->log, (size_t)epoch, chain, error)
           && checkpoint_write(path, &t->trainer, &t->description, chain, error);
}

/* Tells the user once, by `where` and the loss of it, that a loss is not finite. The training goes
 * on: what it comes to is a result, and its bits are those of any other machine. */
static void note_divergence(struct training *t, double loss, const char *where)
{
    char number[RUNLOG_LOSS_SIZE], text[FILE_PATH + 128];
    if (t->diverged || isfinite(loss))
        return;
    t->diverged = true;
    runlog_print_loss(loss, number);
    snprintf(text, sizeof text, "%s: the loss is %s, not a finite number; training continues",
             where, number);
    if (t->settings->warn != NULL)
        t->settings->warn(text);
}

static void note_divergence_of_log(struct training *t)
{
    char where[FILE_PATH + 32];
    for (size_t i = 0; i < t->log.epoch_count; i++) {
        snprintf(where, sizeof where, "%s: epoch %zu", t->settings->log, i + 1);
        note_divergence(t, t->log.epochs[i].loss, where);
    }
}

static void note_divergence_of_step(struct training *t)
{
    const struct trainer *trainer = &t->trainer;
    uint64_t batch = trainer->hyper.batch_size;
    char where[96];
    snprintf(where, sizeof where, "epoch %" PRIu64 ", step %" PRIu64 " of %" PRIu64, trainer->epoch,
             (trainer->position + batch - 1) / batch, trainer_steps(trainer));
    note_divergence(t, trainer->loss, where);
}

/* The log must be of this run and hold the epochs that the checkpoint has behind it; any later line
 * is of work that the checkpoint does not know, and will be done again. */
static bool resume_log(struct training *t, const struct checkpoint *c, struct error *error)
{
    const struct training_settings *s = t->settings;
    size_t done = (size_t)c->epoch - 1;
    char chain[SHA256_HEX_SIZE] = "";
    if (done > 0) {
        runlog_free(&t->log);
        if (!runlog_read(&t->log, s->log, error)
            || !description_fits_log(&t->description, &t->log, s->log, error))
            return false;
    }
    bool enough = t->log.epoch_count >= done;
    if (enough) {
        t->log.epoch_count = done;
        note_divergence_of_log(t);
        if (!runlog_link(&t->log, done, chain, error))
            return false;
    }
    return strcmp(c->chain, chain) == 0
           || error_set(error, "%s: does not hold epoch %zu as the checkpoint %s has it", s->log,
                        done, c->path);
}

static bool resume_from(struct training *t, const struct checkpoint *c, struct error *error)
{
    const struct training_settings *s = t->settings;
    if (c->epoch > s->epochs + 1)
        return error_set(error, "%s: is past epoch %" PRIu64, c->path, s->epochs);
    return checkpoint_restore(c, &t->trainer, &t->description, error) && resume_log(t, c, error);
}

/* The reason why a training cannot go on, and all that is in the way of a new one. */
static bool advise(const struct training *t, const char *reason, struct error *error)
{
    const char *newest = t->settings->checkpoint;
    char path[FILE_PATH], folder[FILE_PATH];
    struct error ignored;
    if (kept_place(t, 1, path, folder, &ignored) && file_exists(folder))
        return error_set(error, "%s; to start anew, remove %s, %s.previous and %s", reason, newest,
                         newest, folder);
    return error_set(error, "%s; to start anew, remove %s and %s.previous", reason, newest, newest);
}

static bool resume(struct training *t, struct error *error)
{
    const char *path = t->settings->checkpoint;
    struct checkpoint c;
    struct error passed_over, reason;
    bool found;
    bool good = checkpoint_read_newest(&c, path, &found, &passed_over, &reason)
                && (!found || resume_from(t, &c, &reason));
    checkpoint_free(&c);
    if (!good && reason.refused) {
        *error = reason;
        return false;
    }
    if (!good)
        return advise(t, reason.text, error);
    if (!found || passed_over.text[0] == '\0')
        return true;
    if (t->settings->warn != NULL)
        t->settings->warn(passed_over.text);
    return checkpoint_fall_back(path, error);
}

static bool prepare(struct training *t, struct error *error)
{
    const struct training_settings *s = t->settings;
    struct cifar10 set;
    const struct network_spec *spec;
    const struct weights_source source = {s->weights, s->net, s->unverified};
    if (!cifar10_load(&set, s->data, CIFAR10_TRAIN, (size_t)s->hyper.examples, error))
        return false;
    if (!weights_read(&t->initial, &source, error)
        || !weights_network(&t->initial, &source, &spec, error)) {
        cifar10_free(&set);
        return false;
    }
    struct trainer *trainer = &t->trainer;
    struct description *d = &t->description;
    char initial[SHA256_HEX_SIZE];
    if (!trainer_create(trainer, &s->hyper, spec, &set, error)
        || !weights_restore(trainer->network, NULL, &t->initial, s->weights, error)
        || !weights_hash(trainer->network, initial, error)
        || !description_make(d, &s->hyper, &t->initial, initial, spec->name, trainer->set.sha256,
                             trainer->set.count, s->numerics, error))
        return false;
    for (size_t i = 0; i < d->count; i++) {
        if (!runlog_add_pair(&t->log, d->keys[i], d->values[i], error))
            return false;
    }
    t->saved = progress_seconds();
    return resume(t, error);
}

/* The list of what else is to be trained is for progress alone: without it there is only less to
 * show. */
static void read_backlog(struct training *t)
{
    const struct training_settings *s = t->settings;
    struct error ignored;
    if (s->backlog == NULL || s->quiet)
        return;
    if (!backlog_read(&t->backlog, s->backlog, &ignored) || !backlog_has(&t->backlog, s->log))
        backlog_free(&t->backlog);
}

static void show_backlog(struct training *t, double done)
{
    if (t->backlog.run_count == 0)
        return;
    struct backlog_left left
        = backlog_left(&t->backlog, t->settings->log, progress_rate(&t->progress, done));
    t->progress.others = left.seconds;
    t->progress.jobs = left.jobs;
}

/* Progress, in the middle of an epoch or at its end. */
static void show(struct training *t)
{
    const struct trainer *trainer = &t->trainer;
    double loss = trainer_mean_loss(trainer);
    double done
        = (double)(trainer->epoch - 1) * (double)trainer->set.count + (double)trainer->position;
    char label[80], number[24] = "nan"; /* never "-nan" */
    if (!isnan(loss))
        snprintf(number, sizeof number, fabs(loss) < 1e4 ? "%.4f" : "%.4g", loss);
    snprintf(label, sizeof label, "epoch %" PRIu64 "/%" PRIu64 "  loss %s", trainer->epoch,
             t->settings->epochs, number);
    show_backlog(t, done);
    progress_update(&t->progress, done, label);
    if (trainer_at_end(trainer))
        progress_line(&t->progress, done, label);
}

static bool end_epoch(struct training *t, double rate, struct error *error)
{
    struct trainer *trainer = &t->trainer;
    char weights[SHA256_HEX_SIZE], state[SHA256_HEX_SIZE];
    if (!trainer_hash(trainer, weights, state, error)
        || !runlog_append(&t->log, trainer->loss, rate, weights, state, error)
        || !runlog_write(&t->log, t->settings->log, error))
        return false;
    backlog_refresh(&t->backlog);
    show(t);
    trainer_next_epoch(trainer);
    return keep(t, error) && save(t, error);
}

/* Ends with the epoch, or at a signal with the checkpoint written and false. */
static bool run_epoch(struct training *t, struct error *error)
{
    const struct training_settings *s = t->settings;
    struct trainer *trainer = &t->trainer;
    double started = progress_seconds();
    size_t first = trainer->position;
    while (!trainer_at_end(trainer)) {
        if (interrupt_seen) {
            if (!save(t, error))
                return false;
            return error_set(error,
                             "interrupted in epoch %" PRIu64 " after %zu of %zu examples; "
                             "run the same command again to go on",
                             trainer->epoch, trainer->position, trainer->set.count);
        }
        trainer_step(trainer);
        note_divergence_of_step(t);
        if (trainer_at_end(trainer))
            break;
        show(t);
        if (progress_seconds() - t->saved >= (double)s->checkpoint_seconds && !save(t, error))
            return false;
    }
    double rate = (double)(trainer->set.count - first) / (progress_seconds() - started);
    return end_epoch(t, rate, error);
}

static bool write_final(struct training *t, struct error *error)
{
    static const char *const inherited[] = {"scheme", "bias", "track", NULL};
    const struct hyperparameters *h = &t->settings->hyper;
    char seed[24], step[24];
    snprintf(seed, sizeof seed, "%" PRIu64, h->seed);
    snprintf(step, sizeof step, "%" PRIu64, t->trainer.optimiser.step);
    struct metadata metadata = {.count = 0};
    metadata_add(&metadata, "net", network_spec_of(t->trainer.network)->name);
    for (const char *const *key = inherited; *key != NULL; key++) {
        const char *value = tensor_file_metadata(&t->initial, *key);
        if (value != NULL && t->initial.state == TENSORS_VERIFIED)
            metadata_add(&metadata, *key, value);
    }
    metadata_add(&metadata, "seed", seed);
    metadata_add(&metadata, "step", step);
    metadata_add(&metadata, "arithmetic", gemm_names[h->arithmetic]);
    return weights_write(t->settings->out, t->trainer.network, &metadata, error);
}

static bool run_epochs(struct training *t, uint64_t *done, struct error *error)
{
    const struct training_settings *s = t->settings;
    const struct trainer *trainer = &t->trainer;
    uint64_t last = s->until != 0 && s->until < s->epochs ? s->until : s->epochs;
    double examples = (double)trainer->set.count;
    double before = (double)(trainer->epoch - 1) * examples + (double)trainer->position;
    progress_start(&t->progress, "images", before, (double)s->epochs * examples, s->quiet);
    t->progress.name = s->label;
    read_backlog(t);
    bool good = true;
    while (good && trainer->epoch <= last)
        good = run_epoch(t, error);
    progress_end(&t->progress);
    *done = trainer->epoch - 1;
    if (!good || *done < s->epochs)
        return good;
    return write_final(t, error);
}

/* Nothing is written under a name that another file of the training has, or comes to have. */
static bool check_names(const struct training_settings *s, struct error *error)
{
    const struct {
        const char *path, *suffix, *what;
    } files[] = {{s->weights, "", "initial weights"},
                 {s->out, "", "final weights"},
                 {s->log, "", "log"},
                 {s->checkpoint, "", "checkpoint"},
                 {s->checkpoint, ".previous", "the checkpoint before"},
                 {s->checkpoint, ".next", "the next checkpoint"},
                 {s->checkpoint, ".lock", "the checkpoint's lock"},
                 {s->out, ".partial", "final weights in the making"},
                 {s->log, ".partial", "log in the making"}};
    enum { COUNT = sizeof files / sizeof *files };
    char paths[COUNT][FILE_PATH];
    for (size_t i = 0; i < COUNT; i++) {
        if (!file_path(paths[i], error, "%s%s", files[i].path, files[i].suffix))
            return false;
        for (size_t j = 0; j < i; j++) {
            if (!file_distinct(paths[j], files[j].what, paths[i], files[i].what, error))
                return false;
        }
    }
    return true;
}

static bool check_writable(const char *path, struct error *error)
{
    struct file_writer writer;
    bool good = file_writer_open(&writer, path, error);
    file_writer_close(&writer);
    return good;
}

bool training_run(const struct training_settings *settings, uint64_t *done, struct error *error)
{
    struct training t = {.settings = settings};
    struct lock lock;
    if (!check_names(settings, error))
        return false;
    interrupt_catch();
    bool good = lock_take(&lock, settings->checkpoint, "training this run", error)
                && check_writable(settings->out, error) && check_writable(settings->log, error)
                && prepare(&t, error) && run_epochs(&t, done, error);
    lock_release(&lock);
    trainer_release(&t.trainer);
    tensor_file_free(&t.initial);
    runlog_free(&t.log);
    backlog_free(&t.backlog);
    return good;
}
