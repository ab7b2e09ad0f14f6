/* compare-runs: the first epoch, step and tensor at which two runs part, and by how much. */
#include "base/options.h"
#include "exact/parallel.h"
#include "run/comparison.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct arguments {
    const char *runs[2];
    struct option_list data;
    uint64_t threads;
    bool quiet;
};

static void report_settings(const struct replay *r)
{
    for (size_t i = 0; i < DESCRIPTION_PAIRS; i++) {
        const char *key = description_key(i);
        const char *a = description_find(&r[0].description, key);
        const char *b = description_find(&r[1].description, key);
        if (strcmp(a, b) != 0)
            printf("%s: %s, %s\n", key, a, b);
    }
}

static void report_place(const struct comparison *c, const struct arguments *a)
{
    switch (c->outcome) {
    case COMPARISON_SAME:
        printf("the same: %zu epochs\n", c->epochs);
        break;
    case COMPARISON_LOSSES:
        printf("the same states, but another loss from epoch %" PRIu64 " on\n", c->epoch);
        break;
    case COMPARISON_INITIAL:
        printf("they part before the first step: other initial weights\n");
        break;
    case COMPARISON_STEP:
        printf("they part in epoch %" PRIu64 " at step %" PRIu64 "\n", c->epoch, c->step);
        break;
    case COMPARISON_NO_REPLAY:
        printf("they part in epoch %" PRIu64 ", but no step parts them when replayed here\n",
               c->epoch);
        for (int i = 0; i < 2; i++)
            printf("%s: %s what the replay gives\n", a->runs[i], c->true_of[i] ? "is" : "is not");
        break;
    }
}

static void report_tensors(const struct comparison *c)
{
    const struct comparison_tensor *t = &c->first;
    if (c->differing == 0) {
        if (c->outcome == COMPARISON_NO_REPLAY)
            printf("no tensors to compare: the end of epoch %" PRIu64 " was not kept\n", c->epoch);
        return;
    }
    printf("%zu of %zu tensors differ, first %s: %zu of %zu elements, by at most %.3g, "
           "rms relative %.3g\n",
           c->differing, c->tensors, t->name, t->differing, t->elements, t->maximum, t->relative);
}

/* *same: whether there is nothing at which they part. */
static bool run(const struct arguments *a, bool *same, struct error *error)
{
    struct replay_settings settings[2];
    struct replay r[2] = {0};
    struct comparison c;
    bool good = true;
    for (int i = 0; i < 2; i++) {
        settings[i] = (struct replay_settings){.folder = a->runs[i],
                                               .data = a->data.items,
                                               .data_count = a->data.count,
                                               .quiet = a->quiet};
        good = good && replay_open(&r[i], &settings[i], error);
    }
    good = good && comparison_run(&c, &r[0], &r[1], error);
    if (good) {
        *same = c.outcome == COMPARISON_SAME;
        report_settings(r);
        report_place(&c, a);
        report_tensors(&c);
    }
    replay_close(&r[0]);
    replay_close(&r[1]);
    return good;
}

int main(int argc, char **argv)
{
    struct arguments a = {.threads = (uint64_t)parallel_threads()};
    const struct option_spec options[]
        = {REPLAY_DATA_OPTION(&a.data), PARALLEL_OPTION(&a.threads), {0}};
    const struct tool tool
        = {"compare-runs",    "says where two runs, each a folder, part and by how much",
           options,           &a.quiet,
           .operands = "A B", .values = a.runs};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    parallel_start(&tool, a.threads);
    struct error error;
    bool same = false;
    code = tool_finish(&tool, run(&a, &same, &error), &error);
    return code == EXIT_DONE && !same ? EXIT_FAILED : code;
}
