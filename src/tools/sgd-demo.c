/* sgd-demo: the computations behind Figures 6, 7 and C, as data for gnuplot. */
#include "base/options.h"
#include "demo/drawing.h"
#include "demo/evidence.h"

struct arguments {
    uint64_t seed;
    int what;
    const char *out;
};

static bool run(const struct arguments *a, struct error *error)
{
    bool (*const write[])(const char *, uint32_t, struct error *) = {
        drawing_write_paths, drawing_write_chain, evidence_write_bounds, evidence_write_verdicts};
    return write[a->what](a->out, (uint32_t)a->seed, error);
}

int main(int argc, char **argv)
{
    struct arguments a = {.seed = 1};
    static const char *const whats[] = {"paths", "chain", "bounds", "verdicts", NULL};
    const struct option_spec options[]
        = {{"what", "WHAT", "data of Figures 6, 7 and C, or the verdicts on C's bounds",
            OPTION_CHOICE, &a.what, .required = true, .choices = whats},
           {"seed", "N", "seed of the random numbers (1)", OPTION_UNSIGNED, &a.seed,
            .maximum = UINT32_MAX},
           {"out", "FILE", "where to write the data", OPTION_TEXT, &a.out, .required = true},
           {0}};
    const struct tool tool
        = {"sgd-demo", "runs SGD on a small least-squares problem", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    struct error error;
    return tool_finish(&tool, run(&a, &error), &error);
}
