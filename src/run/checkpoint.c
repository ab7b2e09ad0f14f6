#include "run/checkpoint.h"

#include "base/file.h"
#include "base/text.h"
#include "run/weights.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char CHAIN_KEY[] = "chain_sha256_of_last_epoch";

bool checkpoint_kept_path(char path[FILE_PATH], const char *folder, uint64_t epoch,
                          struct error *error)
{
    return file_path(path, error, "%s/checkpoints/epoch-%04" PRIu64 ".safetensors", folder, epoch);
}

static bool read_number(struct checkpoint *c, const char *key, uint64_t *number,
                        struct error *error)
{
    return text_parse_number(tensor_file_metadata(&c->file, key), number)
           || error_set(error, "%s: no whole number for %s", c->path, key);
}

bool checkpoint_read(struct checkpoint *c, const char *path, struct error *error)
{
    c->file = (struct tensor_file){0};
    if (!file_path(c->path, error, "%s", path) || !tensor_file_read(&c->file, path, error))
        return false;
    if (c->file.state != TENSORS_VERIFIED)
        return error_set(error,
                         "%s: damaged: a checkpoint without the hashes that it was "
                         "written with",
                         path);
    if (!read_number(c, "epoch", &c->epoch, error)
        || !read_number(c, "position", &c->position, error)
        || !read_number(c, "step", &c->step, error))
        return false;
    const char *loss = tensor_file_metadata(&c->file, "partial_loss");
    char *end = NULL;
    if (loss != NULL)
        c->loss = strtod(loss, &end);
    if (end == NULL || end == loss || *end != '\0')
        return error_set(error, "%s: no number for partial_loss", path);
    c->chain = tensor_file_metadata(&c->file, CHAIN_KEY);
    return c->chain != NULL || error_set(error, "%s: no %s", path, CHAIN_KEY);
}

void checkpoint_free(struct checkpoint *c)
{
    tensor_file_free(&c->file);
}

bool checkpoint_read_newest(struct checkpoint *c, const char *path, bool *found,
                            struct error *passed_over, struct error *error)
{
    char previous[FILE_PATH];
    struct error reason;
    passed_over->text[0] = '\0';
    c->file = (struct tensor_file){0};
    if (!file_path(previous, error, "%s.previous", path))
        return false;
    bool newest = file_exists(path), older = file_exists(previous);
    *found = newest || older;
    if (!*found || (newest && checkpoint_read(c, path, &reason)))
        return true;
    if (!newest)
        error_set(&reason, "%s: is missing", path);
    if (reason.refused) {
        *error = reason;
        return false;
    }
    if (!older)
        return error_set(error, "%s; and there is no %s", reason.text, previous);
    checkpoint_free(c);
    if (!checkpoint_read(c, previous, error)) {
        struct error second = *error;
        return !second.refused && error_set(error, "%s; %s", reason.text, second.text);
    }
    error_set(passed_over, "%s; going on from the one before it", reason.text);
    return true;
}

bool checkpoint_restore(const struct checkpoint *c, struct trainer *t, const struct description *d,
                        struct error *error)
{
    uint64_t batch = t->hyper.batch_size, steps = trainer_steps(t);
    if (!description_fits_file(d, &c->file, c->path, error)
        || !weights_restore(t->network, &t->optimiser, &c->file, c->path, error))
        return false;
    if (c->epoch < 1 || c->position >= t->set.count || c->position % batch != 0
        || c->step / steps != c->epoch - 1 || c->step % steps != c->position / batch)
        return error_set(error, "%s: its position does not fit this training", c->path);
    t->epoch = c->epoch;
    t->position = (size_t)c->position;
    t->loss = c->loss;
    optimiser_resume(&t->optimiser, c->step);
    return true;
}

bool checkpoint_write(const char *path, struct trainer *t, const struct description *d,
                      const char *chain, struct error *error)
{
    char epoch[24], position[24], step[24], loss[40];
    snprintf(epoch, sizeof epoch, "%" PRIu64, t->epoch);
    snprintf(position, sizeof position, "%zu", t->position);
    snprintf(step, sizeof step, "%" PRIu64, t->optimiser.step);
    snprintf(loss, sizeof loss, "%a", isnan(t->loss) ? NAN : t->loss); /* never "-nan" */
    struct metadata metadata = {.count = 0};
    metadata_add(&metadata, "kind", "checkpoint");
    metadata_add(&metadata, "epoch", epoch);
    metadata_add(&metadata, "position", position);
    metadata_add(&metadata, "step", step);
    metadata_add(&metadata, "partial_loss", loss);
    metadata_add(&metadata, CHAIN_KEY, chain);
    for (size_t i = 0; i < d->count; i++)
        metadata_add(&metadata, d->keys[i], d->values[i]);
    struct weights w;
    if (!weights_collect(&w, t->network, &t->optimiser, error))
        return false;
    bool good = tensor_file_write(path, w.tensors, w.count, &metadata, error);
    weights_release(&w);
    return good;
}

bool checkpoint_advance(const char *path, struct trainer *t, const struct description *d,
                        const char *chain, struct error *error)
{
    char next[FILE_PATH], previous[FILE_PATH];
    return file_path(next, error, "%s.next", path)
           && file_path(previous, error, "%s.previous", path)
           && checkpoint_write(next, t, d, chain, error)
           && (!file_exists(path) || file_publish(path, previous, error))
           && file_publish(next, path, error);
}

bool checkpoint_fall_back(const char *path, struct error *error)
{
    char previous[FILE_PATH];
    return file_path(previous, error, "%s.previous", path) && file_publish(previous, path, error);
}
