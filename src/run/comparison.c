#include "run/comparison.h"

#include "run/weights.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Other bits, but for those that NaNs differ in. */
static bool element_differs(float a, float b)
{
    uint32_t bits_a, bits_b;
    memcpy(&bits_a, &a, sizeof a);
    memcpy(&bits_b, &b, sizeof b);
    return bits_a != bits_b && !(isnan(a) && isnan(b));
}

static struct comparison_tensor compare_tensor(const struct tensor *a, const struct tensor *b)
{
    struct comparison_tensor t = {.elements = a->count};
    double squares = 0, whole = 0;
    snprintf(t.name, sizeof t.name, "%s", a->name);
    for (size_t i = 0; i < a->count; i++) {
        t.differing += element_differs(a->values[i], b->values[i]);
        double x = (double)a->values[i], d = x - (double)b->values[i];
        if (!isfinite(d))
            continue;
        t.maximum = fabs(d) > t.maximum ? fabs(d) : t.maximum;
        squares += d * d;
        whole += x * x;
    }
    /* Not 0/0 itself, whose sign is the machine's and would be printed. */
    t.relative = whole > 0 || squares > 0 ? sqrt(squares / whole) : (double)NAN;
    return t;
}

static bool same_optimiser(const struct trainer *a, const struct trainer *b)
{
    return a->optimiser.kind == b->optimiser.kind;
}

/* The tensors of two trainers of one network, and of one optimiser if they have the same. */
static bool compare_states(struct comparison *c, struct trainer *a, struct trainer *b,
                           struct error *error)
{
    struct weights left = {0}, right = {0};
    bool same = same_optimiser(a, b);
    bool good = weights_collect(&left, a->network, same ? &a->optimiser : NULL, error)
                && weights_collect(&right, b->network, same ? &b->optimiser : NULL, error);
    c->tensors = good ? left.count : 0;
    c->differing = 0;
    for (size_t i = 0; i < c->tensors; i++) {
        struct comparison_tensor t = compare_tensor(&left.tensors[i], &right.tensors[i]);
        if (t.differing > 0 && c->differing++ == 0)
            c->first = t;
    }
    weights_release(&left);
    weights_release(&right);
    return good;
}

/* Whether two states are bit for bit the same in memory: quick, and enough for being the same. */
static bool is_same(struct trainer *a, struct trainer *b)
{
    size_t count;
    const struct optimiser *left = &a->optimiser, *right = &b->optimiser;
    const struct parameter *p = network_parameters(a->network, &count);
    const struct parameter *q = network_parameters(b->network, &count);
    bool same = same_optimiser(a, b);
    for (size_t i = 0; same && left->kind->states[i] != NULL; i++)
        same = memcmp(left->states[i], right->states[i], left->count * sizeof(float)) == 0;
    for (size_t i = 0; same && i < count; i++)
        same = memcmp(p[i].value, q[i].value, p[i].count * sizeof *p[i].value) == 0;
    return same;
}

/* Two trainings with different optimisers have the same state only before the first step. */
static bool copy_state(struct replay *to, struct replay *from, struct error *error)
{
    struct trainer *t = &to->trainer;
    bool same = same_optimiser(t, &from->trainer);
    struct weights w;
    optimiser_reset(&t->optimiser);
    if (!weights_collect(&w, from->trainer.network, same ? &from->trainer.optimiser : NULL, error))
        return false;
    const struct tensor_file file = {.tensors = w.tensors, .count = w.count};
    bool good
        = weights_restore(t->network, same ? &t->optimiser : NULL, &file, from->log_path, error);
    weights_release(&w);
    optimiser_resume(&t->optimiser, from->trainer.optimiser.step);
    t->epoch = from->trainer.epoch - 1;
    trainer_next_epoch(t);
    return good;
}

/* Both at the end of an epoch up to which they are the same: one is replayed from what either has
 * stored, the other takes its state. */
static bool reach_both(struct replay *a, struct replay *b, uint64_t epoch, struct error *error)
{
    uint64_t of_a, of_b;
    if (!replay_nearest(a, epoch, &of_a, error) || !replay_nearest(b, epoch, &of_b, error))
        return false;
    struct replay *near = of_b > of_a ? b : a, *far = of_b > of_a ? a : b;
    return replay_reach(near, epoch, error) && copy_state(far, near, error);
}

/* Side by side through the epoch under way. */
static bool step_both(struct comparison *c, struct trainer *a, struct trainer *b,
                      struct error *error)
{
    for (c->step = 1; !trainer_at_end(a) || !trainer_at_end(b); c->step++) {
        if (!trainer_at_end(a))
            trainer_step(a);
        if (!trainer_at_end(b))
            trainer_step(b);
        if (is_same(a, b))
            continue;
        if (!compare_states(c, a, b, error))
            return false;
        if (c->differing > 0) {
            c->outcome = COMPARISON_STEP;
            return true;
        }
    }
    c->step = 0;
    return true;
}

/* Puts the trainer into the state at the end of the epoch that its transcript states, if the replay
 * is there or the state was stored. */
static bool settle(struct replay *r, uint64_t epoch, bool *is_true, bool *known,
                   struct error *error)
{
    const char *stated = r->log.epochs[epoch - 1].state;
    char state[SHA256_HEX_SIZE];
    struct checkpoint c;
    if (!trainer_hash(&r->trainer, NULL, state, error))
        return false;
    *is_true = *known = strcmp(state, stated) == 0;
    if (*is_true)
        return true;
    bool good = replay_read_stored(r, epoch, &c, known, error);
    if (good && *known)
        good = checkpoint_restore(&c, &r->trainer, &r->description, error)
               && trainer_hash(&r->trainer, NULL, state, error)
               && (strcmp(state, stated) == 0
                   || error_set(error, "%s: its state is not the one of epoch %" PRIu64 " in %s",
                                c.path, epoch, r->log_path));
    checkpoint_free(&c);
    return good;
}

static bool compare_ends(struct comparison *c, struct replay *a, struct replay *b,
                         struct error *error)
{
    bool known[2];
    c->outcome = COMPARISON_NO_REPLAY;
    return settle(a, c->epoch, &c->true_of[0], &known[0], error)
           && settle(b, c->epoch, &c->true_of[1], &known[1], error)
           && (!known[0] || !known[1] || compare_states(c, &a->trainer, &b->trainer, error));
}

/* The first epoch of whose states the transcripts do not say the same, or else of whose losses; 0:
 * none. */
static uint64_t find_epoch(struct comparison *c, const struct runlog *a, const struct runlog *b)
{
    uint64_t other_loss = 0;
    for (size_t i = 0; i < c->epochs; i++) {
        char left[RUNLOG_LOSS_SIZE], right[RUNLOG_LOSS_SIZE];
        runlog_print_loss(a->epochs[i].loss, left);
        runlog_print_loss(b->epochs[i].loss, right);
        if (strcmp(a->epochs[i].state, b->epochs[i].state) != 0)
            return i + 1;
        if (strcmp(left, right) != 0 && other_loss == 0)
            other_loss = i + 1;
    }
    if (other_loss != 0)
        c->outcome = COMPARISON_LOSSES;
    return other_loss;
}

bool comparison_run(struct comparison *c, struct replay *a, struct replay *b, struct error *error)
{
    static const char key[] = "initial_weights_sha256";
    size_t of_a = a->log.epoch_count, of_b = b->log.epoch_count;
    *c = (struct comparison){.outcome = COMPARISON_SAME, .epochs = of_a < of_b ? of_a : of_b};
    if (a->spec != b->spec)
        return error_set(error, "%s is a training of %s, %s one of %s", a->log_path, a->spec->name,
                         b->log_path, b->spec->name);
    if (strcmp(description_find(&a->description, key), description_find(&b->description, key))
        != 0) {
        c->outcome = COMPARISON_INITIAL;
        return replay_reach(a, 0, error) && replay_reach(b, 0, error)
               && compare_states(c, &a->trainer, &b->trainer, error);
    }
    c->epoch = find_epoch(c, &a->log, &b->log);
    if (c->epoch == 0 || c->outcome == COMPARISON_LOSSES)
        return true;
    if (!reach_both(a, b, c->epoch - 1, error) || !step_both(c, &a->trainer, &b->trainer, error))
        return false;
    return c->outcome == COMPARISON_STEP || compare_ends(c, a, b, error);
}
