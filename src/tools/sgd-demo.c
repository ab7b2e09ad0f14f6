/* sgd-demo: the computations behind Figures 6 and 7, as data for gnuplot. */
#include "base/options.h"
#include "demo/drawing.h"

struct arguments {
    uint64_t seed;
    int what;
    const char *out;
};

static bool run(const struct arguments *a, struct error *error)
{
    uint32_t seed = (uint32_t)a->seed;
    return a->what == 0 ? drawing_write_paths(a->out, seed, error)
                        : drawing_write_chain(a->out, seed, error);
}

int main(int argc, char **argv)
{
    struct arguments a = {.seed = 1};
    static const char *const whats[] = {"paths", "chain", NULL};
    const struct option_spec options[]
        = {{"what", "WHAT", "Figure 6's paths or Figure 7's Markov chain", OPTION_CHOICE, &a.what,
            .required = true, .choices = whats},
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
