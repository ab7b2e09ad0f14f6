#include "run/replay.h"

#include "base/file.h"
#include "base/progress.h"
#include "base/text.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool join(const struct replay *r, const char *name, char path[FILE_PATH],
                 struct error *error)
{
    return file_path(path, error, "%s/%s", r->settings->folder, name);
}

/* The first of the folders whose records have the hash that the transcript states. */
static bool find_data(const struct replay *r, const struct hyperparameters *h, struct cifar10 *set,
                      struct error *error)
{
    static const char *const usual[] = {REPLAY_DATA_1, REPLAY_DATA_2};
    const char *wanted = description_find(&r->description, "data_sha256");
    const char *const *folders = r->settings->data_count > 0 ? r->settings->data : usual;
    size_t count = r->settings->data_count > 0 ? r->settings->data_count : 2;
    struct error reasons = {""};
    for (size_t i = 0; i < count; i++) {
        struct error reason, before = reasons;
        if (cifar10_load(set, folders[i], CIFAR10_TRAIN, (size_t)h->examples, &reason)) {
            if (strcmp(set->sha256, wanted) == 0)
                return true;
            error_set(&reason, "%s: the SHA-256 of its first %" PRIu64 " examples is %s",
                      folders[i], h->examples, set->sha256);
            cifar10_free(set);
        }
        error_set(&reasons, "%s%s%s", before.text, i > 0 ? "; " : "", reason.text);
    }
    return error_set(error, "%s: no data whose SHA-256 is %s: %s", r->log_path, wanted,
                     reasons.text);
}

static bool check_numerics(const struct replay *r, const struct hyperparameters *h,
                           struct error *error)
{
    if (h->arithmetic != GEMM_EXACT)
        return error_set(error,
                         "%s: made with %s, whose bits are the machine's: it cannot be replayed",
                         r->log_path, gemm_names[h->arithmetic]);
    const char *ours = r->settings->numerics;
    const char *stated = description_find(&r->description, "numerics_sha256");
    return ours == NULL || strcmp(stated, "unknown") == 0 || strcmp(stated, ours) == 0
           || error_set(error,
                        "%s: made with the arithmetic %s, but this build's is %s: it cannot be "
                        "replayed here",
                        r->log_path, stated, ours);
}

bool replay_open(struct replay *r, const struct replay_settings *settings, struct error *error)
{
    *r = (struct replay){.settings = settings};
    struct hyperparameters h;
    struct cifar10 set;
    if (!join(r, "log.tsv", r->log_path, error) || !runlog_read(&r->log, r->log_path, error)
        || !description_parse(&r->description, &h, &r->log, r->log_path, error))
        return false;
    const char *net = description_find(&r->description, "net");
    r->spec = nets_find(net);
    if (r->spec == NULL)
        return error_set(error, "%s: its net, %s, is not known", r->log_path, net);
    return check_numerics(r, &h, error) && find_data(r, &h, &set, error)
           && trainer_create(&r->trainer, &h, r->spec, &set, error);
}

void replay_close(struct replay *r)
{
    trainer_release(&r->trainer);
    runlog_free(&r->log);
}

/* Reads a checkpoint if it is there, whole, of this run and of an epoch's end; what is not is
 * passed over. The caller frees what was read. */
static bool read_end(const struct replay *r, const char *path, struct checkpoint *c)
{
    struct error ignored;
    c->file = (struct tensor_file){0};
    if (file_exists(path) && checkpoint_read(c, path, &ignored) && c->epoch >= 1 && c->position == 0
        && description_fits_file(&r->description, &c->file, path, &ignored))
        return true;
    checkpoint_free(c);
    return false;
}

/* The same if the epoch is the one asked for. */
static bool read_end_of(const struct replay *r, uint64_t epoch, const char *path,
                        struct checkpoint *c)
{
    if (!read_end(r, path, c))
        return false;
    if (c->epoch - 1 == epoch)
        return true;
    checkpoint_free(c);
    return false;
}

static const char *const newest_names[]
    = {"checkpoint.safetensors", "checkpoint.safetensors.previous"};

enum { NEWEST = sizeof newest_names / sizeof *newest_names };

bool replay_nearest(struct replay *r, uint64_t epoch, uint64_t *stored, struct error *error)
{
    char path[FILE_PATH];
    struct checkpoint c;
    *stored = 0;
    for (size_t i = 0; i < NEWEST; i++) {
        if (!join(r, newest_names[i], path, error))
            return false;
        if (!read_end(r, path, &c))
            continue;
        if (c.epoch - 1 <= epoch && c.epoch - 1 > *stored)
            *stored = c.epoch - 1;
        checkpoint_free(&c);
    }
    for (; epoch > *stored; epoch--) {
        if (!checkpoint_kept_path(path, r->settings->folder, epoch, error))
            return false;
        if (!read_end_of(r, epoch, path, &c))
            continue;
        checkpoint_free(&c);
        *stored = epoch;
    }
    return true;
}

bool replay_read_stored(struct replay *r, uint64_t epoch, struct checkpoint *c, bool *found,
                        struct error *error)
{
    char path[FILE_PATH];
    c->file = (struct tensor_file){0};
    if (!checkpoint_kept_path(path, r->settings->folder, epoch, error))
        return false;
    *found = read_end_of(r, epoch, path, c);
    for (size_t i = 0; !*found && i < NEWEST; i++) {
        if (!join(r, newest_names[i], path, error))
            return false;
        *found = read_end_of(r, epoch, path, c);
    }
    return true;
}

/* The initial weights, made anew from the seed that the transcript states. */
static bool make_initial(struct replay *r, bool *known, struct error *error)
{
    const struct description *d = &r->description;
    uint64_t seed;
    const char *scheme = description_find(d, "scheme");
    int bias = text_index(description_find(d, "bias"), init_bias_names);
    *known = text_index(scheme, init_names()) >= 0 && bias >= 0
             && text_parse_number(description_find(d, "initial_seed"), &seed) && seed <= UINT32_MAX;
    return !*known
           || initialise_network(r->trainer.network, scheme, (enum init_bias)bias, (uint32_t)seed,
                                 error);
}

/* Whatever hashes the file states: the log's is the one that counts, and is compared by the caller.
 */
static bool read_initial(struct replay *r, struct error *error)
{
    char path[FILE_PATH];
    struct tensor_file file = {0};
    bool good = join(r, "init.safetensors", path, error)
                && tensor_file_read_unverified(&file, path, error)
                && weights_restore(r->trainer.network, NULL, &file, path, error);
    tensor_file_free(&file);
    return good;
}

static bool start_from_seed(struct replay *r, struct error *error)
{
    const char *stated = description_find(&r->description, "initial_weights_sha256");
    char hex[SHA256_HEX_SIZE];
    struct trainer *t = &r->trainer;
    bool known;
    if (!make_initial(r, &known, error) || (!known && !read_initial(r, error))
        || !weights_hash(t->network, hex, error))
        return false;
    if (strcmp(hex, stated) != 0)
        return error_set(error, "false: %s: initial_weights_sha256 is %s, but %s %s", r->log_path,
                         stated, known ? "the seed gives" : "init.safetensors has", hex);
    optimiser_reset(&t->optimiser);
    t->epoch = 0;
    trainer_next_epoch(t);
    if (!known)
        return join(r, "init.safetensors", r->from, error);
    snprintf(r->from, sizeof r->from, "the seed");
    return true;
}

/* Error: the text of a value that is not what the transcript has for it. */
static bool differs(const struct replay *r, uint64_t epoch, const char *what, const char *stated,
                    const char *found, const char *where, struct error *error)
{
    return error_set(error, "false: %s: epoch %" PRIu64 ": %s is %s, but %s %s", r->log_path, epoch,
                     what, stated, where, found);
}

static bool start_from_checkpoint(struct replay *r, uint64_t epoch, struct error *error)
{
    const struct runlog_epoch *line = &r->log.epochs[epoch - 1];
    char state[SHA256_HEX_SIZE], where[FILE_PATH + 8];
    struct checkpoint c;
    bool found;
    bool good = replay_read_stored(r, epoch, &c, &found, error);
    if (good && !found)
        good = error_set(error, "%s: epoch %" PRIu64 " is no longer stored", r->log_path, epoch);
    good = good && checkpoint_restore(&c, &r->trainer, &r->description, error)
           && trainer_hash(&r->trainer, NULL, state, error);
    if (good) {
        snprintf(where, sizeof where, "%s has", c.path);
        memcpy(r->from, c.path, sizeof r->from);
        if (strcmp(state, line->state) != 0)
            good = differs(r, epoch, "state_sha256", line->state, state, where, error);
        else if (strcmp(c.chain, line->chain) != 0)
            good = differs(r, epoch, "chain_sha256", line->chain, c.chain, where, error);
    }
    checkpoint_free(&c);
    return good;
}

bool replay_end_epoch(struct replay *r, struct error *error)
{
    static const char where[] = "the replay gives";
    struct trainer *t = &r->trainer;
    uint64_t epoch = t->epoch;
    const struct runlog_epoch *line = &r->log.epochs[epoch - 1];
    char stated[RUNLOG_LOSS_SIZE], loss[RUNLOG_LOSS_SIZE];
    char weights[SHA256_HEX_SIZE], state[SHA256_HEX_SIZE];
    runlog_print_loss(line->loss, stated);
    runlog_print_loss(t->loss, loss);
    if (!trainer_hash(t, weights, state, error))
        return false;
    if (strcmp(loss, stated) != 0)
        return differs(r, epoch, "loss", stated, loss, where, error);
    if (strcmp(weights, line->weights) != 0)
        return differs(r, epoch, "weights_sha256", line->weights, weights, where, error);
    if (strcmp(state, line->state) != 0)
        return differs(r, epoch, "state_sha256", line->state, state, where, error);
    trainer_next_epoch(t);
    return true;
}

bool replay_reach(struct replay *r, uint64_t epoch, struct error *error)
{
    struct trainer *t = &r->trainer;
    if (!replay_nearest(r, epoch, &r->from_epoch, error)
        || !(r->from_epoch == 0 ? start_from_seed(r, error)
                                : start_from_checkpoint(r, r->from_epoch, error)))
        return false;
    struct progress progress;
    double examples = (double)t->set.count;
    progress_start(&progress, "images", 0, (double)(epoch - r->from_epoch) * examples,
                   r->settings->quiet);
    bool good = true;
    while (good && t->epoch <= epoch) {
        char label[40];
        snprintf(label, sizeof label, "epoch %" PRIu64, t->epoch);
        while (!trainer_at_end(t)) {
            trainer_step(t);
            progress_update(&progress,
                            (double)(t->epoch - 1 - r->from_epoch) * examples + (double)t->position,
                            label);
        }
        good = replay_end_epoch(r, error);
    }
    progress_end(&progress);
    return good;
}
