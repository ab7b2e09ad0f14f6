/* audit-run: replays an epoch, or some of its steps, and says whether the transcript is true. */
#include "base/options.h"
#include "exact/parallel.h"
#include "run/audit.h"

#include <inttypes.h>
#include <stdio.h>

struct arguments {
    const char *run;
    struct option_list data;
    struct audit_range steps;
    uint64_t epoch, threads;
    const char *numerics;
    bool quiet;
};

static void report(const struct arguments *a, const struct replay *r, const struct audit *audit)
{
    const struct runlog_epoch *line = &r->log.epochs[a->epoch - 1];
    char loss[RUNLOG_LOSS_SIZE];
    printf("%s: epoch %" PRIu64 ", replayed from %s", a->run, a->epoch, r->from);
    if (r->from_epoch + 1 < a->epoch)
        printf(" over epochs %" PRIu64 " to %" PRIu64, r->from_epoch + 1, a->epoch - 1);
    printf("\n");
    if (a->steps.first != 0)
        printf("state_sha256 before step %-6" PRIu64 " %s\nstate_sha256 after step %-7" PRIu64
               " %s\n",
               a->steps.first, audit->before, a->steps.last, audit->after);
    if (!audit->complete)
        return;
    runlog_print_loss(line->loss, loss);
    printf("loss            %s\nweights_sha256  %s\nstate_sha256    %s\nchain_sha256    %s\n"
           "true: the replay gives what the transcript says of epoch %" PRIu64 "\n",
           loss, line->weights, line->state, line->chain, a->epoch);
}

static bool run(const struct arguments *a, struct error *error)
{
    const struct replay_settings settings = {.folder = a->run,
                                             .data = a->data.items,
                                             .data_count = a->data.count,
                                             .numerics = a->numerics,
                                             .quiet = a->quiet};
    struct replay r;
    struct audit audit;
    bool good
        = replay_open(&r, &settings, error) && audit_run(&audit, &r, a->epoch, a->steps, error);
    if (good)
        report(a, &r, &audit);
    replay_close(&r);
    return good;
}

int main(int argc, char **argv)
{
    struct arguments a = {.threads = (uint64_t)parallel_threads()};
    const struct option_spec options[]
        = {{"run", "DIR", "folder of the run: log.tsv and what else was kept", OPTION_TEXT, &a.run,
            .required = true},
           {"epoch", "N", "epoch to replay", OPTION_UNSIGNED, &a.epoch, .required = true,
            .minimum = 1},
           {"steps", "A..B", "only so far as step B; print the state before A and after B",
            OPTION_PARSED, &a.steps, .parse = audit_parse_range},
           REPLAY_DATA_OPTION(&a.data),
           {"numerics", "SHA256", "what this build's numerics-fingerprint printed", OPTION_PARSED,
            &a.numerics, .parse = description_parse_numerics},
           PARALLEL_OPTION(&a.threads),
           {0}};
    const struct tool tool = {
        "audit-run", "replays an epoch and says whether the transcript is true", options, &a.quiet};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    parallel_start(&tool, a.threads);
    struct error error;
    return tool_finish(&tool, run(&a, &error), &error);
}
